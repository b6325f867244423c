import { SvelteSet } from 'svelte/reactivity';
import { merge, type LivePage, type LiveRow, type MergeRules } from './live-merge.ts';

/** What a change message says; the row itself is read again, under the reader's own rights. */
export interface Change {
	id: string;
	version?: number | undefined;
}

export interface LiveListOptions<Row extends LiveRow> {
	/** Page as the server rendered it. */
	page: LivePage<Row>;
	rules: () => MergeRules<Row>;
	/** Rows of these ids that the reader may see. */
	read: (ids: string[]) => Promise<Row[]>;
	/** Rows written at or after a moment, oldest first; null when there are too many to be worth it. */
	since: (moment: string) => Promise<Row[] | null>;
	/** Loads the page anew. */
	refill: () => Promise<unknown>;
	/** Milliseconds that changes are gathered before one read. */
	gatherMs?: number;
}

/** Writes of a transaction carry its start time, so one that took long ends up before the cursor; this reaches back. */
const overlapMs = 60_000;
const highlightMs = 4_000;
/** More ids than this in one request would make its address too long. */
const batch = 100;

/**
 * A page of a list that stays equal to the database. A message names a row; rows are gathered, read again in one select
 * through row-level security and merged. After a lost connection `catchUp` asks by cursor for all that was written since,
 * and reads the shown rows again, because what was deleted or hidden meanwhile is in no answer.
 */
export class LiveList<Row extends LiveRow> {
	rows: readonly Row[] = $state.raw([]);
	hasMore = $state(false);
	/** Ids of rows that changed a moment ago. */
	readonly highlighted = new SvelteSet<string>();

	#options: LiveListOptions<Row>;
	#pending = new Set<string>();
	#working: Promise<void> | null = null;
	#cursor: string;
	#closed = false;
	/** Grows with each page that is set; an answer to a question about an earlier page is dropped. */
	#generation = 0;

	constructor(options: LiveListOptions<Row>, asOf: string) {
		this.#options = options;
		this.#cursor = asOf;
		this.#set(options.page);
	}

	/** Shows another page, for another filter or after a refill. `asOf` is when the server read it. */
	reset(page: LivePage<Row>, asOf: string): void {
		this.#generation += 1;
		this.#set(page);
		if (asOf > this.#cursor) this.#cursor = asOf;
	}

	/** Takes one change message; resolves when it is on the screen. */
	receive({ id, version }: Change): Promise<void> {
		const shown = this.rows.find((row) => row.id === id);
		if (shown && version !== undefined && version <= shown.version) return Promise.resolve();
		this.#pending.add(id);
		return (this.#working ??= this.#drain());
	}

	/** Reads what was missed; call it each time the connection is there again. */
	async catchUp(): Promise<void> {
		const generation = this.#generation;
		const from = new Date(Date.parse(this.#cursor) - overlapMs).toISOString();
		const missed = await this.#options.since(from);
		if (this.#closed || generation !== this.#generation) return;
		if (missed === null) {
			await this.#options.refill();
			return;
		}
		this.#advance(missed);
		const back = new Set(missed.map(({ id }) => id));
		const others = this.rows.map(({ id }) => id).filter((id) => !back.has(id));
		const again = await this.#read(others);
		if (this.#closed || generation !== this.#generation) return;
		await this.#apply([...back, ...others], [...missed, ...again]);
	}

	close(): void {
		this.#closed = true;
	}

	async #drain(): Promise<void> {
		try {
			while (this.#pending.size > 0 && !this.#closed) {
				await new Promise((resolve) => setTimeout(resolve, this.#options.gatherMs ?? 25));
				const ids = [...this.#pending];
				this.#pending.clear();
				const generation = this.#generation;
				const found = await this.#read(ids);
				if (this.#closed) return;
				this.#advance(found);
				// The page was replaced meanwhile: its rows may be older than these, so they are merged all the same.
				if (generation !== this.#generation) ids.forEach((id) => this.#pending.add(id));
				else await this.#apply(ids, found);
			}
		} finally {
			this.#working = null;
		}
	}

	async #apply(asked: string[], found: Row[]): Promise<void> {
		const merged = merge({ rows: this.rows, hasMore: this.hasMore }, asked, found, this.#options.rules());
		this.rows = merged.rows;
		this.hasMore = merged.hasMore;
		for (const id of merged.changed) this.#highlight(id);
		if (merged.isShort) await this.#options.refill();
	}

	async #read(ids: string[]): Promise<Row[]> {
		const rows: Row[] = [];
		for (let start = 0; start < ids.length; start += batch) {
			rows.push(...(await this.#options.read(ids.slice(start, start + batch))));
		}
		return rows;
	}

	#advance(rows: readonly Row[]): void {
		for (const { updated_at } of rows) {
			if (Date.parse(updated_at) > Date.parse(this.#cursor)) this.#cursor = updated_at;
		}
	}

	#highlight(id: string): void {
		this.highlighted.add(id);
		setTimeout(() => this.highlighted.delete(id), highlightMs);
	}

	#set({ rows, hasMore }: LivePage<Row>): void {
		this.rows = rows;
		this.hasMore = hasMore;
	}
}
