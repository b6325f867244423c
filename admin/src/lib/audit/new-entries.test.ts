import { describe, expect, it, vi } from 'vitest';
import { NewEntries } from './new-entries.svelte.ts';

/** A log of which so many entries are not on the page. */
function log(unseen = 0, mayMove = true) {
	const state = { unseen, mayMove };
	const count = vi.fn(async () => state.unseen);
	const show = vi.fn(async () => (state.unseen = 0));
	const entries = new NewEntries({ count, show, mayMove: () => state.mayMove, pauseMs: 1 });
	return { state, entries, count, show };
}

describe('new entries of a log', () => {
	it('appear by themselves while they are few', async () => {
		const { entries, show } = log(3);
		await entries.look();
		expect(show).toHaveBeenCalledOnce();
		expect(entries.waiting).toBe(0);
	});
	it('wait, counted, when they are many', async () => {
		const { entries, show } = log(12);
		await entries.look();
		expect(show).not.toHaveBeenCalled();
		expect(entries.waiting).toBe(12);
		await entries.show();
		expect(entries.waiting).toBe(0);
	});
	it('wait while the reader is further down', async () => {
		const { entries, show } = log(1, false);
		await entries.look();
		expect(show).not.toHaveBeenCalled();
		expect(entries.waiting).toBe(1);
	});
	it('cost two questions however many messages come, and the last message is not forgotten', async () => {
		const { state, entries, count } = log(0);
		const looks = Array.from({ length: 500 }, () => entries.look());
		state.unseen = 40;
		await Promise.all(looks);
		expect(count.mock.calls.length).toBeLessThanOrEqual(2);
		await entries.look();
		expect(entries.waiting).toBe(40);
	});
	it('ask nothing any more once the page is left', async () => {
		const { entries, count } = log(3);
		entries.close();
		await entries.look();
		expect(count).not.toHaveBeenCalled();
	});
});
