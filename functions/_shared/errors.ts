/**
 * The register of refusals, as TypeScript knows it. `docs/error_codes.md` is the same list for people, and the SQL raises
 * them; `tests/contracts/error-codes.test.ts` keeps the three equal.
 */
export const errorCodes = {
	BOOKING_NOT_CHANGEABLE: 409,
	CHEF_UNAVAILABLE: 409,
	DUPLICATE_RECORD: 409,
	HOLD_EXPIRED: 409,
	INVALID_GUESTS: 422,
	INVALID_REQUEST: 422,
	INVALID_START_TIME: 422,
	NOT_ALLOWED: 403,
	NOT_FOUND: 404,
	NOT_PAYABLE: 409,
	NOTHING_DUE: 409,
	OUT_OF_AREA: 422,
	OUT_OF_ORDER: 409,
	PAYMENTS_OFF: 409,
	PAYMENT_PROVIDER_TIMEOUT: 503,
	PRICE_CHANGED: 409,
	PRICE_CHANGE_LARGE: 409,
	PROMO_NOT_VALID: 422,
	RATE_LIMITED: 429,
	RECORD_IN_USE: 409,
	REFUND_TOO_HIGH: 409,
	SLOT_UNAVAILABLE: 409,
	STALE_VERSION: 409,
	TOO_FAR_AHEAD: 422,
	TOO_SOON: 422,
	TRY_AGAIN: 503,
	TWO_SIGN_INS: 409,
	UNKNOWN_ZIP: 422
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What every refusing RPC or function answers. `details` depends on the code; `INVALID_REQUEST` has `{fields}`. */
export interface Refusal {
	code: ErrorCode;
	message: string;
	details: unknown;
	hint: string | null;
}

/** Field-level messages of an `INVALID_REQUEST`, by dotted path (`contact.email`); empty for other refusals. */
export function fieldErrors(refusal: Pick<Refusal, 'details'>): Record<string, string> {
	const fields = isRecord(refusal.details) ? refusal.details.fields : undefined;
	if (!isRecord(fields)) return {};
	return Object.fromEntries(
		Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
	);
}

/**
 * Reads a refusal from what PostgREST answered: the body of a refusing RPC, or a raised `PTxxx` error, whose `details` is
 * JSON text that names the code. Null when it is not a refusal of ours.
 */
export function asRefusal(body: unknown): Refusal | null {
	if (!isRecord(body)) return null;
	const details = typeof body.details === 'string' ? parsed(body.details) : body.details;
	const code = isErrorCode(body.code)
		? body.code
		: isRecord(details) && isErrorCode(details.code)
			? details.code
			: null;
	if (!code || typeof body.message !== 'string') return null;
	return {
		code,
		message: body.message,
		details: details ?? null,
		hint: typeof body.hint === 'string' ? body.hint : null
	};
}

function isErrorCode(code: unknown): code is ErrorCode {
	return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
