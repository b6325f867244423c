import { sequence } from '@sveltejs/kit/hooks';
import { createErrorHandler, createHandle } from '#kit/server/handle.ts';
import { createMetrics } from '#kit/server/metrics.ts';
import { allowHostedPage } from '#app/payments/hosted-page.server.ts';
import { lightPages } from '#app/platform/light-pages.server.ts';

export const handle = sequence(createMetrics('app'), lightPages, allowHostedPage, createHandle('app'));
export const handleError = createErrorHandler('app');
