import { sequence, type Handle, type HandleServerError } from '@sveltejs/kit/hooks';
import { visitorOf } from '#admin/identity/visitor.server.ts';
import { createErrorHandler, createHandle } from '#kit/server/handle.ts';
import { createMetrics } from '#kit/server/metrics.ts';

const whoAsks: Handle = ({ event, resolve }) => {
	event.locals.visitor = visitorOf(event);
	return resolve(event);
};

export const handle: Handle = sequence(createMetrics('admin'), createHandle('admin'), whoAsks);
export const handleError: HandleServerError = createErrorHandler('admin');
