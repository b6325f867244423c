import { sequence } from '@sveltejs/kit/hooks';
import { createErrorHandler, createHandle } from '#kit/server/handle.ts';
import { lightPages } from '#app/platform/light-pages.server.ts';

export const handle = sequence(lightPages, createHandle('app'));
export const handleError = createErrorHandler('app');
