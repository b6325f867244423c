import type { PostgrestClient } from '@supabase/postgrest-js';
import { asRefusal, fieldErrors, type ErrorCode } from '#shared/errors.ts';

/**
 * The REST API as both the server (supabase-js) and the browser (postgrest-js) speak it. Answers are parsed by zod, so
 * the client itself needs no row types.
 */
export type Api = Pick<PostgrestClient, 'from' | 'rpc'>;

/** What went wrong with a request to the API, in words that a person can act on. */
export interface Problem {
	status: number;
	code: ErrorCode | 'UNREACHABLE' | 'UNEXPECTED';
	message: string;
	hint: string | null;
	fields: Record<string, string>;
	details: unknown;
}

/** The API refused or failed; carries the problem for a page to show. */
export class ApiError extends Error {
	readonly problem: Problem;

	constructor(problem: Problem) {
		super(problem.message);
		this.name = 'ApiError';
		this.problem = problem;
	}
}

interface Answer {
	data: unknown;
	error: unknown;
	status: number;
}

/** The data of an answer, or an `ApiError`. */
export function dataOf(answer: Answer): unknown {
	if (answer.error || answer.status >= 400) throw new ApiError(problemOf(answer));
	return answer.data;
}

/** Reads any failed answer of PostgREST as a problem. A refusal of ours keeps its sentence and hint. */
export function problemOf({ error, data, status }: Answer): Problem {
	const refusal = asRefusal(error) ?? asRefusal(data);
	if (refusal) return { status, ...refusal, fields: fieldErrors(refusal) };
	const base = { status, hint: null, fields: {}, details: error ?? data };
	if (status === 0) {
		return {
			...base,
			code: 'UNREACHABLE',
			message: 'The server could not be reached. Check the connection and try again.'
		};
	}
	if (status === 401 || status === 403) {
		return { ...base, code: 'NOT_ALLOWED', message: 'Your role does not allow this.' };
	}
	return { ...base, code: 'UNEXPECTED', message: 'Something went wrong on our side. Try again in a moment.' };
}
