/** The limits of hosted Realtime, as its server sets them by default. Rates are averages over a minute. */
export interface Limits {
	/** Broadcasts that clients send, per second over the whole server. */
	eventsPerSecond: number;
	joinsPerSecond: number;
	presencePerSecond: number;
	channelsPerSocket: number;
	/** Sockets that may have joined a channel at one time. */
	connections: number;
	payloadBytes: number;
	/** `track` and `untrack` calls of one channel within `presenceWindowMs`. */
	presenceCalls: number;
	presenceWindowMs: number;
	replayMessages: number;
	/** A socket silent for this long is closed. Clients send a heartbeat every 25 s. */
	idleMs: number;
	/** A socket without any channel is closed after this long. */
	emptyMs: number;
	/** A socket that reads so slowly that this much waits for it is dropped; its client catches up when it is back. */
	bufferedBytes: number;
	/** How long a refused join waits for its answer, so that a client in a loop does no harm. */
	errorDelayMs: number;
	/** How often a token is looked at again, at most. */
	tokenCheckMs: number;
}

export const defaultLimits: Limits = {
	eventsPerSecond: 100,
	joinsPerSecond: 100,
	presencePerSecond: 1000,
	channelsPerSocket: 100,
	connections: 200,
	payloadBytes: 3_000_000,
	presenceCalls: 5,
	presenceWindowMs: 30_000,
	replayMessages: 25,
	idleMs: 60_000,
	emptyMs: 600_000,
	bufferedBytes: 8_000_000,
	errorDelayMs: 200,
	tokenCheckMs: 300_000
};

/** For load tests: as many sockets, joins and messages as the machine bears. Limits that guard memory stay. */
export const withoutRateLimits: Partial<Limits> = {
	eventsPerSecond: Infinity,
	joinsPerSecond: Infinity,
	presencePerSecond: Infinity,
	connections: Infinity
};

/** Largest frame that a socket may send, in bytes. */
export const MAX_FRAME_BYTES = 5_000_000;

const WINDOW_SECONDS = 60;

/** Counts events in one-second buckets and says whether their average over the last minute is above the limit. */
export class Rate {
	readonly #perSecond: number;
	readonly #now: () => number;
	readonly #buckets = new Map<number, number>();
	#total = 0;

	constructor(perSecond: number, now: () => number = monotonicMs) {
		this.#perSecond = perSecond;
		this.#now = now;
	}

	/** Counts one more event; false when that is one too many. */
	take(): boolean {
		const second = Math.floor(this.#now() / 1000);
		for (const [bucket, count] of this.#buckets) {
			if (bucket > second - WINDOW_SECONDS) break;
			this.#buckets.delete(bucket);
			this.#total -= count;
		}
		this.#buckets.set(second, (this.#buckets.get(second) ?? 0) + 1);
		this.#total += 1;
		return this.#total <= this.#perSecond * WINDOW_SECONDS;
	}
}

/** Milliseconds that never jump when the wall clock is set. */
export function monotonicMs(): number {
	return performance.now();
}
