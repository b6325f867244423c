/** Three states of the same fields: as the form was opened, as it was sent, as the row is now. */
export interface Edit {
	base: Record<string, string>;
	mine: Record<string, string>;
	theirs: Record<string, string>;
}

export interface Conflict {
	field: string;
	mine: string;
	theirs: string;
}

export interface MergedEdit {
	/** What to write: fields that only this person changed. */
	write: Record<string, string>;
	/** Fields that both changed, each to something else: a person has to choose. */
	conflicts: Conflict[];
}

/**
 * Merges an edit field by field into a row that others may have changed meanwhile, so that saving never overwrites what
 * the person has not seen.
 */
export function mergeEdit({ base, mine, theirs }: Edit): MergedEdit {
	const write: Record<string, string> = {};
	const conflicts: Conflict[] = [];
	for (const [field, value] of Object.entries(mine)) {
		const before = base[field] ?? '';
		const now = theirs[field] ?? '';
		if (value === before || value === now) continue;
		if (now === before) write[field] = value;
		else conflicts.push({ field, mine: value, theirs: now });
	}
	return { write, conflicts };
}
