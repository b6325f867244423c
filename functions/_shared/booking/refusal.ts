import { fieldErrors, type ErrorCode } from '../errors.ts';
import type { FieldMessages } from './form.ts';

/** Fields of the form that a refusal is about where the request knows them by another name. */
const formPath: Record<string, string> = { zip: 'venue.zip', starts_at: 'date', 'venue.zip': 'venue.zip' };

/** The field that a refusal without field messages belongs to. */
const fieldOfCode: Partial<Record<ErrorCode, string>> = {
	TOO_SOON: 'date',
	TOO_FAR_AHEAD: 'date',
	INVALID_START_TIME: 'time',
	UNKNOWN_ZIP: 'venue.zip',
	OUT_OF_AREA: 'venue.zip',
	INVALID_GUESTS: 'adults'
};

/** What a refusal of the database says, at the fields of the booking form. Empty where it is about none of them. */
export function refusalAtFields(refusal: { code: string; message: string; details: unknown }): FieldMessages {
	const told = Object.entries(fieldErrors(refusal)).map(([path, message]) => [formPath[path] ?? path, message]);
	if (told.length > 0) return Object.fromEntries(told);
	const field = fieldOfCode[refusal.code as ErrorCode];
	return field ? { [field]: refusal.message } : {};
}
