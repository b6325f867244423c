import { sequence } from '@sveltejs/kit/hooks';
import { createErrorHandler, createHandle } from '#kit/server/handle.ts';
import { compressPages } from '#app/platform/compress.server.ts';

export const handle = sequence(compressPages, createHandle('app'));
export const handleError = createErrorHandler('app');
