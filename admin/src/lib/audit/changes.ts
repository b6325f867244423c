import type { AuditEntry } from './timeline.ts';

/** One changed column, as text. */
export interface Change {
	column: string;
	old: string | null;
	new: string | null;
}

/** The whole difference that an entry tells, by column; what an insertion left empty is not told. */
export function changesOf({ changes }: Pick<AuditEntry, 'changes'>): Change[] {
	return Object.entries(changes)
		.map(([column, { old, new: next }]) => ({ column, old: inText(old), new: inText(next) }))
		.filter((change) => change.old !== null || change.new !== null)
		.sort((a, b) => (a.column < b.column ? -1 : 1));
}

/** The changed columns in a few words: `notes, status and 3 more`. */
export function summaryOf(entry: Pick<AuditEntry, 'changes'>, most = 3): string {
	const columns = changesOf(entry).map(({ column }) => column.replaceAll('_', ' '));
	if (columns.length === 0) return 'A secret';
	const rest = columns.length - most;
	return rest > 1 ? `${columns.slice(0, most).join(', ')} and ${rest} more` : columns.join(', ');
}

/** A stored value for people; null where there is none. */
export function inText(value: unknown): string | null {
	if (value === null || value === undefined) return null;
	if (typeof value === 'string') return value;
	return JSON.stringify(value, null, 1);
}
