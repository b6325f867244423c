/** One event of each type as Stripe sends it, in tests/functions/fixtures/stripe, for a payment of the caller's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type FixtureType =
	| 'charge.dispute.closed'
	| 'charge.dispute.created'
	| 'charge.refunded'
	| 'charge.succeeded'
	| 'checkout.session.completed'
	| 'checkout.session.expired'
	| 'payment_intent.payment_failed'
	| 'payment_intent.succeeded'
	| 'refund.failed';

export interface FixtureEvent {
	id: string;
	type: FixtureType;
	created: number;
	data: { object: Record<string, unknown>; previous_attributes?: Record<string, unknown> };
}

export interface FixtureOf {
	/** Unlike any other payment's: becomes part of every id. */
	name: string;
	checkout_id: string;
	booking_id: string;
}

/** The event; `object` and `previous` change what it is about, `id` tells two of one type apart. */
export function fixtureEvent(
	type: FixtureType,
	{ name, checkout_id, booking_id }: FixtureOf,
	over: { object?: object; previous?: object; created?: number; id?: string } = {}
): FixtureEvent {
	const text = readFileSync(join(import.meta.dirname, 'fixtures/stripe', `${type}.json`), 'utf8')
		.replace(/\b(cs_test|pi|ch|du|re|evt)_fixture/g, `$1_${name}`)
		.replaceAll('00000000-0000-7000-8000-0000000c0001', checkout_id)
		.replaceAll('00000000-0000-7000-8000-0000000b0001', booking_id);
	const event = JSON.parse(text) as FixtureEvent;
	return {
		...event,
		id: over.id ? `${event.id}_${over.id}` : event.id,
		created: over.created ?? event.created,
		data: {
			...event.data,
			object: { ...event.data.object, ...over.object },
			...(over.previous && { previous_attributes: over.previous as Record<string, unknown> })
		}
	};
}
