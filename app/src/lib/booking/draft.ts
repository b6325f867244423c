import type { BookingValues } from '#shared/booking/choices.ts';

/** What the browser keeps of an unfinished booking. */
export interface Draft {
	values: BookingValues;
	/** Goes with every attempt to book, so that a retry never makes a second booking. */
	key: string;
	savedAt: number;
}

/** The part of `localStorage` that a draft needs. */
export type DraftStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const name = 'my-hibachi.booking';
const version = 1;
const keptMs = 24 * 60 * 60 * 1000;

/** Keeps a draft. A full or forbidden store is no reason to disturb anyone: the form goes on without it. */
export function saveDraft(store: DraftStore, draft: Draft): void {
	try {
		store.setItem(name, JSON.stringify({ version, ...draft }));
	} catch {
		return;
	}
}

/** The draft of the last 24 hours, or null. Anything else that is found there is thrown away. */
export function loadDraft(store: DraftStore, now: number): Draft | null {
	try {
		const read: unknown = JSON.parse(store.getItem(name) ?? 'null');
		if (isDraft(read) && now - read.savedAt < keptMs && read.savedAt <= now) {
			return { values: read.values, key: read.key, savedAt: read.savedAt };
		}
		store.removeItem(name);
	} catch {
		clearDraft(store);
	}
	return null;
}

export function clearDraft(store: DraftStore): void {
	try {
		store.removeItem(name);
	} catch {
		return;
	}
}

function isDraft(read: unknown): read is Draft & { version: number } {
	if (typeof read !== 'object' || read === null) return false;
	const draft = read as Record<string, unknown>;
	return (
		draft.version === version &&
		typeof draft.key === 'string' &&
		typeof draft.savedAt === 'number' &&
		typeof draft.values === 'object' &&
		draft.values !== null &&
		Object.values(draft.values).every((value) => typeof value === 'string')
	);
}
