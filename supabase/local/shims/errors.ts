/**
 * Mends: lite answers every SQLSTATE that it does not list with 500 and the code `SUP`, and prints each refusal with a
 * stack trace. PostgREST keeps the code and derives the status from its class.
 */
import { inspect } from 'node:util';
import { requestFacts } from './request-context.ts';

interface SqlError {
	code: string;
	message: string;
	detail?: string | null;
	hint?: string | null;
}

/** Codes and classes whose answers lite gets right by itself. */
const rightAlready = /^(PT...|PGRST|25006|23502|23503|23505|42.{3}|22.{3}|21.{3})$/;

export function mendErrors(connection: object): void {
	Object.assign(connection, {
		normalizeDbError: (error: unknown) => {
			if (isSqlError(error)) return answerFor(error);
			if (error instanceof Error && 'relation' in error) return inOneLine(error, 'PGRST205', error.message);
			return error;
		}
	});
}

/** PostgREST's table of statuses by SQLSTATE (docs.postgrest.org, "Errors"). */
export function statusOf(code: string): number {
	const exact: Record<string, number> = { P0001: 400, '57014': 504, '53400': 500, '23503': 409, '23505': 409 };
	const byClass: Record<string, number> = {
		'08': 503,
		'09': 500,
		'0L': 403,
		'0P': 403,
		'25': 500,
		'28': 403,
		'2D': 500,
		'38': 500,
		'39': 500,
		'3B': 500,
		'40': 500,
		'53': 503,
		'54': 500,
		'55': 500,
		'57': 500,
		'58': 500,
		F0: 500,
		HV: 500,
		P0: 500,
		XX: 500
	};
	return exact[code] ?? byClass[code.slice(0, 2)] ?? 400;
}

function answerFor({ code, message, detail = null, hint = null }: SqlError): object {
	const said = rightAlready.test(code)
		? { code, message, detail, hint }
		: {
				// lite's own way to be told an exact answer: RAISE SQLSTATE 'PGRST'.
				code: 'PGRST',
				message: JSON.stringify({ code, message, details: detail, hint }),
				detail: JSON.stringify({ status: statusOf(code), headers: {} }),
				hint: null
			};
	return inOneLine(said, code, message);
}

/** lite prints what it refuses; this is what it then prints. */
function inOneLine<T extends object>(error: T, code: string, message: string): T {
	const { path = '', headers } = requestFacts.getStore() ?? {};
	const line = `refused ${path} ${code}: ${message} ${headers?.['x-request-id'] ?? ''}`.trimEnd();
	return Object.defineProperty(error, inspect.custom, { value: () => line });
}

function isSqlError(error: unknown): error is SqlError {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^\w{5}$/.test(error.code);
}
