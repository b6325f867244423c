import * as z from 'zod/mini';

const count = z.number();

/** One queue as `job_queues()` shows it; ages in seconds. */
export const queue = z.object({
	queue: z.string(),
	/** Due and not yet taken. */
	due: count,
	/** Waiting for their time. */
	later: count,
	active: count,
	/** Of those waiting, how many failed before and are tried again. */
	retrying: count,
	/** Given up within the last day. */
	failed: count,
	/** Given up after all retries and not yet tried again by hand. */
	dead: count,
	oldest_due_seconds: z.nullable(count),
	last_done_at: z.nullable(z.string())
});
export type Queue = z.infer<typeof queue>;

/** What `job_queues()` answers; the heartbeat is null when no worker ever worked. */
export const jobQueues = z.object({
	as_of: z.string(),
	heartbeat_age_seconds: z.nullable(count),
	/** From this age on the workers count as silent: the critical threshold of `worker_age`, below two minutes as it comes. */
	silent_after_seconds: count,
	queues: z.array(queue)
});

/** A job that was given up after all retries. */
export const deadJob = z.object({
	id: z.string(),
	queue: z.string(),
	died_at: z.string(),
	enqueued_at: z.nullable(z.string()),
	retries: z.nullable(count),
	reason: z.string(),
	/** Ids, kinds and dates only. */
	payload: z.record(z.string(), z.string())
});
export type DeadJob = z.infer<typeof deadJob>;

/** What the workers' last sign of life says. */
export function workerState(ageSeconds: number | null, silentAfterSeconds: number): 'working' | 'silent' | 'never' {
	if (ageSeconds === null) return 'never';
	return ageSeconds >= silentAfterSeconds ? 'silent' : 'working';
}

/** `booking-notify` → `Booking notify`. */
export function queueName(name: string): string {
	const words = name.replaceAll('-', ' ');
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A span as people say it, in its largest unit: `40 s`, `12 min`, `3 h`, `2 days`. */
export function span(seconds: number): string {
	if (seconds < 90) return `${Math.round(seconds)} s`;
	if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
	if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
	return `${Math.round(seconds / 86_400)} days`;
}
