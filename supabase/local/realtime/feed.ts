import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database.ts';
import type { Broadcast, Json } from './frames.ts';

/** A row of realtime.messages on its way to the members of its channel. */
export interface DatabaseMessage {
	topic: string;
	private: boolean;
	broadcast: Broadcast & { id: string };
}

export interface FeedOptions {
	db: Database;
	deliver(message: DatabaseMessage): void;
	log(line: string): void;
	/**
	 * How far before the newest message seen a catch-up looks back. `inserted_at` is the start of the sender's
	 * transaction, so this must exceed the longest transaction that sends.
	 */
	overlapMs?: number;
}

interface Row {
	id: string;
	topic: string;
	event: string;
	private: boolean;
	payload: string | null;
	binary_payload: Uint8Array | null;
}
interface Notice {
	id: string;
	insertedAt: string;
}

const CHANNEL = 'realtime_messages';
const BATCH = 500;
const RETRY_MS = 250;
/** Between two fetches: what many send at once is read together, and whoever sends alone does not wait. */
const GATHER_MS = 10;
const HOUR_MS = 3_600_000;
const TIMESTAMP = `'YYYY-MM-DD"T"HH24:MI:SS.US'`;
const DELIVERABLE = `m.extension = 'broadcast' and m.event is not null
	and (m.payload is not null or m.binary_payload is not null)`;
const COLUMNS = 'm.id, m.topic, m.event, m.private, m.payload::text as payload, m.binary_payload';

/**
 * Brings each committed broadcast of realtime.messages to the hub exactly once and in the order of commit.
 * LISTEN tells of ids, rows are fetched in batches. When the connection or a fetch was lost, the table itself is read
 * from an overlap before the newest message seen; ids already delivered are skipped. (Hosted loses those messages.)
 */
export class Feed {
	readonly #options: FeedOptions;
	readonly #overlapMs: number;
	/** Delivered ids and their `inserted_at` in ms; kept for longer than a catch-up looks back. */
	readonly #seen = new Map<string, number>();
	#queue: Notice[] = [];
	#newest = '';
	#behind = false;
	#draining: Promise<void> | undefined;
	#retry: NodeJS.Timeout | undefined;
	#partitions: NodeJS.Timeout | undefined;
	#unlisten: (() => Promise<void>) | undefined;
	#stopped = false;

	constructor(options: FeedOptions) {
		this.#options = options;
		this.#overlapMs = options.overlapMs ?? 300_000;
	}

	/** Resolves when everything committed from now on will be delivered. */
	async start(): Promise<void> {
		const { db } = this.#options;
		await this.#maintainPartitions();
		this.#partitions = setInterval(() => {
			this.#maintainPartitions().catch((error: unknown) => this.#options.log(`partitions: ${String(error)}`));
		}, HOUR_MS);
		this.#partitions.unref();
		const early: Notice[] = [];
		let ready = false;
		this.#unlisten = await db.listen(
			CHANNEL,
			(payload) => {
				const notice = parseNotice(payload);
				if (!notice) return;
				if (ready) this.#enqueue(notice);
				else early.push(notice);
			},
			() => {
				if (!ready) return;
				this.#options.log('the LISTEN connection was lost; catching up from realtime.messages');
				this.#behind = true;
				this.#drain();
			}
		);
		// Nobody can have joined yet, so what is already visible was sent before the first member and counts as seen.
		const [clock] = await db.query<{ now: string }>(`select to_char(now() at time zone 'utc', ${TIMESTAMP}) as now`);
		this.#newest = clock?.now ?? '';
		for (const notice of await this.#recent()) this.#remember(notice);
		ready = true;
		for (const notice of early) this.#enqueue(notice);
	}

	async stop(): Promise<void> {
		this.#stopped = true;
		clearTimeout(this.#retry);
		clearInterval(this.#partitions);
		await this.#unlisten?.();
		await this.#draining;
	}

	/** The newest private broadcasts since a moment, oldest first, as a join may ask for. */
	async replay(topic: string, sinceMs: number, limit: number): Promise<DatabaseMessage[]> {
		const rows = await this.#options.db.query<Row>(
			`select ${COLUMNS} from realtime.messages m
			where m.topic = $1 and m.private and ${DELIVERABLE} and m.inserted_at >= to_timestamp($2::float8 / 1000) at time zone 'utc'
			order by m.inserted_at desc, m.xmin::text::bigint desc, m.cmin::text::bigint desc limit $3`,
			[topic, sinceMs, limit]
		);
		return rows.reverse().map((row) => toMessage(row, { replayed: true }));
	}

	async #maintainPartitions(): Promise<void> {
		await this.#options.db.query('select realtime.maintain_partitions()');
	}

	#enqueue(notice: Notice): void {
		this.#queue.push(notice);
		this.#drain();
	}

	#drain(): void {
		if (this.#draining || this.#stopped) return;
		this.#draining = this.#run().finally(() => {
			this.#draining = undefined;
			if ((this.#queue.length > 0 || this.#behind) && !this.#retry) this.#drain();
		});
	}

	async #run(): Promise<void> {
		if (this.#retry) return;
		// A notice may come in the same packet as the news that the connection is back; what was missed goes first.
		await new Promise(setImmediate);
		try {
			while (!this.#stopped && (this.#behind || this.#queue.length > 0)) {
				if (this.#behind) {
					this.#behind = false;
					const missed = (await this.#recent()).filter(({ id }) => !this.#seen.has(id));
					this.#queue = [...missed, ...this.#queue];
				}
				await this.#fetch(this.#queue.splice(0, BATCH));
				await delay(GATHER_MS);
			}
		} catch (error) {
			this.#options.log(`reading realtime.messages failed, trying again: ${String(error)}`);
			this.#behind = true;
			this.#retry = setTimeout(() => {
				this.#retry = undefined;
				this.#drain();
			}, RETRY_MS);
			this.#retry.unref();
		}
	}

	async #fetch(notices: Notice[]): Promise<void> {
		if (notices.length === 0) return;
		const rows = await this.#options.db.query<Row>(
			`select ${COLUMNS}
			from unnest($1::uuid[], $2::timestamp[]) as n(id, inserted_at)
			join realtime.messages m on m.id = n.id and m.inserted_at = n.inserted_at
			where ${DELIVERABLE}`,
			[notices.map(({ id }) => id), notices.map(({ insertedAt }) => insertedAt)]
		);
		const fetched = new Map(rows.map((row) => [row.id, row]));
		for (const notice of notices) {
			if (notice.insertedAt > this.#newest) this.#newest = notice.insertedAt;
			const row = fetched.get(notice.id);
			if (!row || this.#seen.has(row.id)) continue;
			this.#remember(notice);
			this.#options.deliver(toMessage(row, {}));
		}
		this.#forget();
	}

	/** Ids within the overlap. `cmin` is the order of statements inside one transaction, which share `inserted_at`. */
	async #recent(): Promise<Notice[]> {
		return await this.#options.db.query<Notice>(
			`select m.id, to_char(m.inserted_at, ${TIMESTAMP}) as "insertedAt" from realtime.messages m
			where ${DELIVERABLE} and m.inserted_at >= $1::timestamp - $2::float8 * interval '1 millisecond'
			order by m.inserted_at, m.xmin::text::bigint, m.cmin::text::bigint`,
			[this.#newest, this.#overlapMs]
		);
	}

	#remember({ id, insertedAt }: Notice): void {
		this.#seen.set(id, Date.parse(`${insertedAt}Z`));
	}

	#forget(): void {
		const horizon = Date.parse(`${this.#newest}Z`) - 2 * this.#overlapMs;
		for (const [id, at] of this.#seen) {
			if (at > horizon) break;
			this.#seen.delete(id);
		}
	}
}

function parseNotice(payload: string): Notice | null {
	const [id, insertedAt] = payload.split(' ');
	return id && insertedAt ? { id, insertedAt } : null;
}

function toMessage(row: Row, meta: Json): DatabaseMessage {
	const broadcast = {
		id: row.id,
		event: row.event,
		payload: row.payload ?? row.binary_payload ?? '{}',
		meta: { ...meta, id: row.id }
	};
	return { topic: row.topic, private: row.private, broadcast };
}
