import { fieldErrors, type ErrorCode } from '../errors.ts';
import type { FieldMessages, Item } from './choices.ts';

/** Fields of the form that the request knows by another name. */
const formPath: Record<string, string> = { zip: 'venue.zip', p_zip: 'venue.zip', starts_at: 'date' };

/** The field that a refusal without field messages belongs to. */
const fieldOfCode: Partial<Record<ErrorCode, string>> = {
	TOO_SOON: 'date',
	TOO_FAR_AHEAD: 'date',
	INVALID_START_TIME: 'time',
	UNKNOWN_ZIP: 'venue.zip',
	OUT_OF_AREA: 'venue.zip',
	INVALID_GUESTS: 'adults'
};

/**
 * What a refusal of the database says, at the fields of the booking form. Empty where it is about none of them. `items` are
 * those of the refused request, which names them by their place in it (`items.0.quantity`).
 */
export function refusalAtFields(
	refusal: { code: string; message: string; details: unknown },
	items: Item[] = []
): FieldMessages {
	const told = Object.entries(fieldErrors(refusal)).map(([path, message]) => [formPathOf(path, items), message]);
	if (told.length > 0) return Object.fromEntries(told);
	const field = fieldOfCode[refusal.code as ErrorCode];
	return field ? { [field]: refusal.message } : {};
}

function formPathOf(path: string, items: Item[]): string {
	const place = /^items\.(\d+)\b/.exec(path)?.[1];
	const item = place === undefined ? undefined : items[Number(place)];
	return item ? `items.${item.code}` : (formPath[path] ?? path);
}
