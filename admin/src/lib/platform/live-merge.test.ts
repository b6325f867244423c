import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merge, type MergeRules } from './live-merge.ts';

interface Row {
	id: string;
	version: number;
	updated_at: string;
	at: number;
	open: boolean;
}
const row = (id: string, at: number, version = 1, open = true): Row => ({ id, at, version, open, updated_at: '' });
const rules: MergeRules<Row> = {
	matches: ({ open }) => open,
	compare: (a, b) => a.at - b.at || a.id.localeCompare(b.id),
	size: 3,
	isFirst: true
};
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id).join('');

describe('merge', () => {
	const page = { rows: [row('a', 1), row('c', 3)], hasMore: false };

	it('puts a new row where it belongs', () => {
		const merged = merge(page, ['b'], [row('b', 2)], rules);
		expect(ids(merged.rows)).toBe('abc');
		expect(merged.changed).toEqual(['b']);
	});
	it('moves the last row to the next page when the page is full', () => {
		const merged = merge(
			{ rows: [row('a', 1), row('c', 3), row('d', 4)], hasMore: false },
			['b'],
			[row('b', 2)],
			rules
		);
		expect(ids(merged.rows)).toBe('abc');
		expect(merged.hasMore).toBe(true);
	});
	it('drops what was asked for and did not come back', () => {
		expect(ids(merge(page, ['a'], [], rules).rows)).toBe('c');
	});
	it('drops a row that no longer matches the filter', () => {
		expect(ids(merge(page, ['a'], [row('a', 1, 2, false)], rules).rows)).toBe('c');
	});
	it('keeps the newer of two versions, whichever came last', () => {
		const newer = { rows: [row('a', 1, 3)], hasMore: false };
		expect(merge(newer, ['a'], [row('a', 9, 2)], rules)).toMatchObject({ rows: [{ at: 1, version: 3 }], changed: [] });
	});
	it('does not highlight what it already showed', () => {
		expect(merge(page, ['a'], [row('a', 1)], rules).changed).toEqual([]);
	});
	it('leaves rows to the page they belong to', () => {
		const second = { rows: [row('c', 3), row('d', 4)], hasMore: true };
		const later = { ...rules, isFirst: false };
		expect(ids(merge(second, ['a'], [row('a', 1)], later).rows)).toBe('cd');
		expect(ids(merge(second, ['z'], [row('z', 9)], later).rows)).toBe('cd');
	});
	it('asks for a read when a row left and others wait', () => {
		const full = { rows: [row('a', 1), row('b', 2), row('c', 3)], hasMore: true };
		expect(merge(full, ['b'], [], rules).isShort).toBe(true);
		expect(merge({ ...full, hasMore: false }, ['b'], [], rules).isShort).toBe(false);
		expect(merge(full, ['b'], [row('b', 7, 2)], rules)).toMatchObject({ isShort: true });
	});
	it('shows the first rows of the whole, in whatever order and however often changes arrive', () => {
		const change = fc.record({ id: fc.constantFrom(...'abcdefgh'), at: fc.nat(20), open: fc.boolean() });
		fc.assert(
			fc.property(fc.array(change, { maxLength: 40 }), fc.array(fc.nat(39), { maxLength: 20 }), (changes, repeats) => {
				const whole = new Map<string, Row>();
				const history = changes.map(({ id, at, open }) => {
					const next = row(id, at, (whole.get(id)?.version ?? 0) + 1, open);
					whole.set(id, next);
					return next;
				});
				const noise = repeats.flatMap((index) => history[index] ?? []);
				let shown = { rows: [] as readonly Row[], hasMore: false };
				for (const next of [...history, ...noise]) shown = merge(shown, [next.id], [next], { ...rules, size: 100 });
				const expected = [...whole.values()].filter(rules.matches).sort(rules.compare);
				// A late copy of a row that has gone brings it back only until its current version is read, as the list does.
				const settled = merge(shown, [...whole.keys()], [...whole.values()], { ...rules, size: 100 });
				expect(settled.rows).toEqual(expected);
			})
		);
	});
});
