import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearDraft, loadDraft, saveDraft, type DraftStore } from './draft.ts';

const hour = 3_600_000;

function memory(): DraftStore & { kept: Map<string, string> } {
	const kept = new Map<string, string>();
	return {
		kept,
		getItem: (name) => kept.get(name) ?? null,
		setItem: (name, value) => void kept.set(name, value),
		removeItem: (name) => void kept.delete(name)
	};
}

describe('the draft of a booking', () => {
	it('comes back as it was typed, whatever was typed', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }), { noNullPrototype: true }), (values) => {
				const store = memory();
				const draft = { values: { ...values }, key: 'key', savedAt: 1000 };
				saveDraft(store, draft);
				expect(loadDraft(store, 1000 + hour)).toEqual(JSON.parse(JSON.stringify(draft)));
			})
		);
	});
	it('is forgotten after 24 hours', () => {
		const store = memory();
		saveDraft(store, { values: { adults: '10' }, key: 'key', savedAt: 0 });
		expect(loadDraft(store, 24 * hour - 1)).not.toBeNull();
		expect(loadDraft(store, 24 * hour)).toBeNull();
		expect(store.kept.size).toBe(0);
	});
	it('is gone once it is cleared', () => {
		const store = memory();
		saveDraft(store, { values: {}, key: 'key', savedAt: 0 });
		clearDraft(store);
		expect(loadDraft(store, 1)).toBeNull();
	});
	it('of another version, or tampered with, is thrown away', () => {
		fc.assert(
			fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
				const store = memory();
				store.setItem('my-hibachi.booking', text);
				expect(loadDraft(store, 1)).toBeNull();
			})
		);
	});
	it('does not stand in the way where the store is forbidden', () => {
		const forbidden = () => {
			throw new Error('SecurityError');
		};
		const store: DraftStore = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
		saveDraft(store, { values: {}, key: 'key', savedAt: 0 });
		expect(loadDraft(store, 1)).toBeNull();
	});
});
