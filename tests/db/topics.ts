/**
 * Who may join which private Realtime topic, declared once, as matrix.ts does for tables. Asserted over the websocket by
 * tests/realtime/matrix.test.ts, which also fails for a row of private.topic_permissions without a line here.
 */
import { cells, type Reach, type Role, type Side } from './matrix.ts';

export interface TopicRule {
	/** SQL of the topic's name; `tests.fixture(name, side)` is an id made by matrix.sql. */
	topic: (side: Side) => string;
	expected: Record<Role, Reach>;
}

const station = (what: string, line: string): TopicRule => ({
	topic: (side) => `'station:' || tests.fixture('station', '${side}') || ':${what}'`,
	expected: cells(line)
});
/** Of the whole house: both sides are the same topic, so a cell says a or -. */
const staff = (what: string, line: string): TopicRule => ({ topic: () => `'staff:${what}'`, expected: cells(line) });

/** The lines read: super_admin admin customer_support station_manager chef customer anon. */
export const stationTopics: Record<string, TopicRule> = {
	audit: station('audit', 'a a - o - - -'),
	bookings: station('bookings', 'a a a o - - -'),
	chefs: station('chefs', 'a a a o - - -'),
	customers: station('customers', 'a a a o - - -'),
	leads: station('leads', 'a a a o - - -'),
	payments: station('payments', 'a a a o - - -'),
	trash: station('trash', 'a a - o - - -')
};

export const staffTopics: Record<string, TopicRule> = {
	audit: staff('audit', 'a a - - - - -'),
	customers: staff('customers', 'a a a - - - -'),
	scaling: staff('scaling', 'a a - - - - -'),
	payments: staff('payments', 'a a a - - - -'),
	pricing: staff('pricing', 'a a a a - - -'),
	promo_codes: staff('promo_codes', 'a a a a - - -'),
	stations: staff('stations', 'a a a a a - -'),
	taxes: staff('taxes', 'a a a a - - -'),
	trash: staff('trash', 'a a - - - - -'),
	// no permission of their own: for everybody with a role
	access: staff('access', 'a a a a a - -')
};

/** Topics of one row or person, by `may_join` itself. */
export const rowTopics: Record<string, TopicRule> = {
	// the fixture's bookings are nobody's to cook; the own one is the demo customer's
	booking: { topic: (side) => `'booking:' || tests.fixture('booking', '${side}')`, expected: cells('a a a o - o -') },
	chef: { topic: (side) => `'chef:' || tests.fixture('chef', '${side}')`, expected: cells('a a a o o - -') },
	user: { topic: (side) => `'user:' || tests.fixture('colleague', '${side}')`, expected: cells('- - - - - - -') }
};
