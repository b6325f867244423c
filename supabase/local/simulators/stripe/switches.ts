/** What the simulator can be told to do wrong. */

/**
 * How requests of the API fail: `error` answers 500 without having done anything; `kept_error` does so and keeps that answer for
 * the idempotency key, as Stripe does once it has begun; `lost_answer` does what was asked and answers 500 (both for what changes something only);
 * `timeout` never answers; `unreachable` cuts the connection.
 */
export const failures = ['off', 'error', 'kept_error', 'lost_answer', 'timeout', 'unreachable'] as const;
export type Failure = (typeof failures)[number];

export interface StripeSwitches {
	/** Waits before it answers a request of the API, in ms. */
	latencyMs: number;
	failure: Failure;
	/** How many requests still fail; null: until switched off. */
	failureCount: number | null;
	/** Whether webhooks are sent; what was not is sent once it is on again. */
	deliver: boolean;
	/** Waits before it sends a webhook, in ms. */
	deliveryDelayMs: number;
	/** How many times more than once each event is sent, at the same time. */
	duplicates: number;
	/** Collects events for half a second and sends them the last first. */
	reorder: boolean;
}

export const allWell: StripeSwitches = {
	latencyMs: 0,
	failure: 'off',
	failureCount: null,
	deliver: true,
	deliveryDelayMs: 0,
	duplicates: 0,
	reorder: false
};

/** The switches with what was given changed; what makes no sense is left as it is. */
export function switched(now: StripeSwitches, given: unknown): StripeSwitches {
	const wish = (typeof given === 'object' && given !== null ? given : {}) as Record<keyof StripeSwitches, unknown>;
	const count = (value: unknown, before: number, most: number) =>
		typeof value === 'number' && Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), most) : before;
	return {
		latencyMs: count(wish.latencyMs, now.latencyMs, 60_000),
		failure: failures.find((failure) => failure === wish.failure) ?? now.failure,
		failureCount: wish.failureCount === null ? null : count(wish.failureCount, now.failureCount ?? 0, 1000) || null,
		deliver: typeof wish.deliver === 'boolean' ? wish.deliver : now.deliver,
		deliveryDelayMs: count(wish.deliveryDelayMs, now.deliveryDelayMs, 600_000),
		duplicates: count(wish.duplicates, now.duplicates, 10),
		reorder: typeof wish.reorder === 'boolean' ? wish.reorder : now.reorder
	};
}
