import { describe, expect, it, vi } from 'vitest';
import { LiveList } from './live-list.svelte.ts';

interface Row {
	id: string;
	version: number;
	updated_at: string;
	at: number;
}

/** A database of rows, and a list over it whose requests are counted. */
function listOver(rows: Row[], { size = 3 } = {}) {
	const table = new Map(rows.map((row) => [row.id, row]));
	const sorted = () => [...table.values()].sort((a, b) => a.at - b.at);
	const page = () => ({ rows: sorted().slice(0, size), hasMore: table.size > size });
	const read = vi.fn(async (ids: string[]) => sorted().filter(({ id }) => ids.includes(id)));
	const since = vi.fn(async (moment: string): Promise<Row[] | null> =>
		sorted().filter(({ updated_at }) => updated_at >= moment)
	);
	const refill = vi.fn(async () => list.reset(page(), now(0)));
	const list: LiveList<Row> = new LiveList<Row>(
		{
			page: page(),
			rules: () => ({ matches: () => true, compare: (a, b) => a.at - b.at, size, isFirst: true }),
			read,
			since,
			refill,
			gatherMs: 1
		},
		now(0)
	);
	return { table, list, read, since, refill, page };
}
const now = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString();
const row = (id: string, at: number, version = 1): Row => ({ id, at, version, updated_at: now(version) });
const ids = (list: LiveList<Row>) => list.rows.map(({ id }) => id).join('');

describe('LiveList', () => {
	it('reads many changes that come together once', async () => {
		const { table, list, read } = listOver([row('a', 1), row('b', 2)]);
		table.set('a', row('a', 1, 2));
		table.set('c', row('c', 0, 1));
		await Promise.all([list.receive({ id: 'a', version: 2 }), list.receive({ id: 'c' }), list.receive({ id: 'c' })]);
		expect(ids(list)).toBe('cab');
		expect(read).toHaveBeenCalledExactlyOnceWith(['a', 'c']);
		expect([...list.highlighted]).toEqual(['a', 'c']);
	});
	it('does not read what it already shows', async () => {
		const { list, read } = listOver([row('a', 1, 3)]);
		await list.receive({ id: 'a', version: 3 });
		expect(read).not.toHaveBeenCalled();
	});
	it('removes a row that the reader may no longer see', async () => {
		const { table, list } = listOver([row('a', 1), row('b', 2)]);
		table.delete('a');
		await list.receive({ id: 'a', version: 2 });
		expect(ids(list)).toBe('b');
	});
	it('fills the page up when a row left it', async () => {
		const { table, list, refill } = listOver([row('a', 1), row('b', 2), row('c', 3), row('d', 4)]);
		table.delete('a');
		await list.receive({ id: 'a' });
		expect(refill).toHaveBeenCalledOnce();
		expect(ids(list)).toBe('bcd');
	});
	it('equals the database after a lost connection: added, changed, moved and deleted rows', async () => {
		const { table, list, page } = listOver([row('a', 1), row('b', 2), row('c', 3)], { size: 100 });
		for (let n = 0; n < 60; n += 1) table.set(`n${n}`, row(`n${n}`, 10 + n, 2));
		table.set('a', row('a', 99, 5));
		table.delete('b');
		await list.catchUp();
		expect(list.rows).toEqual(page().rows);
	});
	it('asks from before the last known write, because slow transactions carry their start time', async () => {
		const { list, since } = listOver([row('a', 1)]);
		await list.catchUp();
		expect(since).toHaveBeenCalledWith(new Date(Date.parse(now(0)) - 60_000).toISOString());
	});
	it('loads the page anew when too much was missed', async () => {
		const { list, since, refill } = listOver([row('a', 1)]);
		since.mockResolvedValueOnce(null);
		await list.catchUp();
		expect(refill).toHaveBeenCalledOnce();
	});
	it('keeps a change that comes while the page is replaced', async () => {
		const { table, list, read } = listOver([row('a', 1)]);
		const old = { rows: list.rows, hasMore: false };
		read.mockImplementationOnce(async () => {
			list.reset(old, now(0));
			return [];
		});
		table.set('b', row('b', 2));
		await list.receive({ id: 'b' });
		expect(ids(list)).toBe('ab');
	});
});
