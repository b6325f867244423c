import { fail, isHttpError, type ActionFailure, type RequestEvent } from '@sveltejs/kit';
import { allowed, apiOf } from '#admin/identity/visitor.server.ts';
import { ApiError, type Api } from './api.ts';
import type { Failed, Finished, Undo } from './action.ts';

export interface Deed {
	api: Api;
	event: RequestEvent;
	/** A trimmed field of the form; empty when absent. */
	field: (name: string) => string;
	form: FormData;
}

/**
 * The one way a form writes: asks for the permission, runs the deed, and answers either what was done (one sentence, with
 * an undo where there is one) or the problem with all that was typed. Works the same without JavaScript.
 */
export function action(
	name: string,
	permissions: readonly string[],
	deed: (work: Deed) => Promise<{ done: string; undo?: Undo }>
): (event: RequestEvent) => Promise<Finished | ActionFailure<Failed>> {
	return async (event) => {
		const form = await event.request.formData();
		await allowed(event, ...permissions).catch(async (error: unknown) => {
			if (isHttpError(error, 403)) await reportRefusal(event, name, 'NOT_ALLOWED');
			throw error;
		});
		try {
			const field = (key: string) => String(form.get(key) ?? '').trim();
			return { action: name, ...(await deed({ api: apiOf(event), event, field, form })) };
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			const { status, ...problem } = error.problem;
			if (status === 403) await reportRefusal(event, name, problem.code);
			const typed = Object.fromEntries([...form].map(([key, value]) => [key, String(value)]));
			return fail(status >= 400 && status < 600 ? status : 502, { action: name, problem, typed });
		}
	};
}

/** Keeps a refused write in the audit: what the database refused by rolling back left no trace there. Never fails the answer. */
async function reportRefusal(event: RequestEvent, deed: string, code: string): Promise<void> {
	try {
		await apiOf(event).rpc('report_refusal', { p_deed: deed, p_code: code });
	} catch {
		// The person is told of the refusal either way.
	}
}

/** Refuses a deed before the database is asked, with messages at the fields. */
export function invalid(fields: Record<string, string>): ApiError {
	const message = Object.values(fields)[0] ?? 'Check what you typed.';
	return new ApiError({ status: 422, code: 'INVALID_REQUEST', message, hint: null, fields, details: null });
}
