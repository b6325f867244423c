import { createErrorHandler, createHandle } from '#kit/server/handle.ts';

export const handle = createHandle('app');
export const handleError = createErrorHandler('app');
