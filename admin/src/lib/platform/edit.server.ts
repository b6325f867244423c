import { ApiError } from './api.ts';
import { mergeEdit, type Conflict } from './edit.ts';
import { invalid, type Deed } from './action.server.ts';

export interface EditableRow {
	version: number;
	fields: Record<string, string>;
}

/** Someone else may save between our read and our write; then both are merged again, at most this often. */
const attempts = 3;

/**
 * Saves an edit field by field. `read` gives the row as it is now; `write` writes changed fields if the version still
 * stands and answers whether it did. Refuses STALE_VERSION with `{conflicts}` where a person has to choose.
 */
export async function saveEdit(
	{ field, form }: Deed,
	names: readonly string[],
	read: () => Promise<EditableRow>,
	write: (fields: Record<string, string>, version: number) => Promise<boolean>
): Promise<{ changed: boolean }> {
	const base = readBase(field('base'));
	const mine = Object.fromEntries(names.filter((name) => form.has(name)).map((name) => [name, field(name)]));
	for (let attempt = 0; attempt < attempts; attempt += 1) {
		const { version, fields } = await read();
		const merged = mergeEdit({ base, mine, theirs: fields });
		if (merged.conflicts.length) throw conflict(merged.conflicts);
		if (Object.keys(merged.write).length === 0) return { changed: false };
		if (await write(merged.write, version)) return { changed: true };
	}
	throw invalid({ form: 'Others are saving this at the same time. Try again in a moment.' });
}

function conflict(conflicts: Conflict[]): ApiError {
	return new ApiError({
		status: 409,
		code: 'STALE_VERSION',
		message: 'Somebody else changed this while you were typing.',
		hint: 'Compare both versions below, then save again: what you save then stands.',
		fields: {},
		details: { conflicts }
	});
}

function readBase(text: string): Record<string, string> {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value !== 'object' || value === null) return {};
		return Object.fromEntries(
			Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
		);
	} catch {
		return {};
	}
}
