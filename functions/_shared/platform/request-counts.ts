/** Counts of requests by time, as `record_metrics` takes them: for the servers of both apps and for edge functions. */

/** Upper ends of the buckets in ms, as migration scaling_collect reads them; one more holds what took longer. */
export const bucketEnds = [5, 10, 25, 50, 100, 200, 350, 500, 750, 1000, 2000, 5000] as const;

/** Who made a request within this time is online. */
const onlineMs = 5 * 60_000;
const mostPeople = 100_000;

/** What one process says of itself; a figure that it can't know is null. */
export interface Report {
	service: 'app' | 'admin' | 'functions';
	process: string;
	buckets: number[];
	errors: number;
	people: number;
	memory_percent: number | null;
	cpu_percent: number | null;
}

/** Counts of one process. The clock is given, in ms. */
export class RequestCounts {
	#buckets = new Array<number>(bucketEnds.length + 1).fill(0);
	#errors = 0;
	#seen = new Map<string, number>();

	/** Takes one answered request; `who` is anything that tells people apart, null where nobody is to be counted. */
	add(ms: number, status: number, who: string | null, now: number): void {
		const found = bucketEnds.findIndex((end) => ms <= end);
		const place = found < 0 ? bucketEnds.length : found;
		this.#buckets[place] = (this.#buckets[place] ?? 0) + 1;
		if (status >= 500) this.#errors += 1;
		if (who !== null && this.#seen.size < mostPeople) this.#seen.set(who, now);
	}

	/** What was counted since the last time, and who is online. */
	take(now: number): Pick<Report, 'buckets' | 'errors' | 'people'> {
		for (const [who, at] of this.#seen) if (now - at > onlineMs) this.#seen.delete(who);
		const taken = { buckets: this.#buckets, errors: this.#errors, people: this.#seen.size };
		this.#buckets = new Array<number>(bucketEnds.length + 1).fill(0);
		this.#errors = 0;
		return taken;
	}
}

/** Tells a report to the database. A minute that could not be told is lost: figures are not worth a queue of their own. */
export async function sendReport(
	{ apiUrl, key, token }: { apiUrl: string; key: string; token: string },
	report: Report,
	send: typeof fetch = fetch
): Promise<void> {
	try {
		const answer = await send(`${apiUrl}/rest/v1/rpc/record_metrics`, {
			method: 'POST',
			headers: { apikey: key, 'content-type': 'application/json' },
			body: JSON.stringify({ p_token: token, p_report: report }),
			signal: AbortSignal.timeout(10_000)
		});
		await answer.body?.cancel();
	} catch {
		// See above: nothing waits for it, nothing fails with it.
	}
}
