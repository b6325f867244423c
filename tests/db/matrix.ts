/**
 * Who may do what with which table: the table of expectations of docs (roles and permissions), declared once. Asserted in SQL
 * by matrix-sql.ts and over HTTP by tests/security/matrix-http.test.ts.
 *
 * A cell says on whose rows the verb works: `all` stations', the `own` station's, `none`. Own is Fremont, other Sacramento;
 * where rows belong to persons, the fixtures make the own one the chef's or the customer's who tries.
 */

export const roles = [
	'super_admin',
	'admin',
	'customer_support',
	'station_manager',
	'chef',
	'customer',
	'anon'
] as const;
export type Role = (typeof roles)[number];

export const verbs = ['select', 'insert', 'update', 'delete'] as const;
export type Verb = (typeof verbs)[number];

/** On whose rows a verb works: of both stations, of Fremont only, of none. */
export type Reach = 'all' | 'own' | 'none';

export const sides = ['own', 'other'] as const;
export type Side = (typeof sides)[number];

/** The people of the demo who stand for the roles; the manager and the chef are Fremont's. */
export const people: Record<Exclude<Role, 'anon'>, string> = {
	super_admin: 'super_admin@demo.test',
	admin: 'admin@demo.test',
	customer_support: 'support@demo.test',
	station_manager: 'manager.fremont@demo.test',
	chef: 'chef.fremont@demo.test',
	customer: 'customer@demo.test'
};

export interface TableRule {
	/** Which row of a side is looked at: columns and SQL values; `tests.fixture(name, side)` is an id made by matrix.sql. */
	row: (side: Side) => Record<string, string>;
	/** Columns and SQL values that a permitted person may insert; none where nobody may. */
	insert?: (side: Side) => Record<string, string>;
	/** A column that a permitted person may write; none where nobody may. */
	update?: string;
	expected: Record<Verb, Record<Role, Reach>>;
}

/** One thing that a role tries. */
export interface Case {
	title: string;
	table: string;
	rule: TableRule;
	verb: Verb;
	side: Side;
	allowed: boolean;
}

/** Everything that a role tries, with what must come of it. */
export function casesOf(role: Role): Case[] {
	return Object.entries(matrix).flatMap(([table, rule]) =>
		verbs.flatMap((verb) =>
			sides.map((side) => {
				const reach = rule.expected[verb][role];
				const allowed = reach === 'all' || (reach === 'own' && side === 'own');
				const whose = side === 'own' ? 'Fremont' : 'Sacramento';
				return {
					title: `${role} ${allowed ? 'CAN' : 'can NOT'} ${verb} ${table} of ${whose}`,
					table,
					rule,
					verb,
					side,
					allowed
				};
			})
		)
	);
}

const letters: Record<string, Reach> = { a: 'all', o: 'own', '-': 'none' };

/** Reads a line such as `a a a o - - -`, in the order of `roles`. */
export function cells(line: string): Record<Role, Reach> {
	const values = line.split(' ');
	if (values.length !== roles.length) throw new Error(`A line has a letter for each role: ${line}`);
	return Object.fromEntries(roles.map((role, index) => [role, letters[values[index] ?? ''] ?? fail(line)])) as Record<
		Role,
		Reach
	>;
}

function fail(line: string): never {
	throw new Error(`Unknown letter in ${line}`);
}

const nobody = '- - - - - - -';

function table(
	rule: Omit<TableRule, 'expected'>,
	lines: { select: string; insert?: string; update?: string; delete?: string }
): TableRule {
	return {
		...rule,
		expected: {
			select: cells(lines.select),
			insert: cells(lines.insert ?? nobody),
			update: cells(lines.update ?? nobody),
			delete: cells(lines.delete ?? nobody)
		}
	};
}

const fixture = (name: string) => (side: Side) => ({ id: `tests.fixture('${name}', '${side}')` });
const station = (side: Side): string => `tests.fixture('station', '${side}')`;
const chef = (side: Side): string => `tests.fixture('chef', '${side}')`;
const booking = (side: Side): string => `tests.fixture('booking', '${side}')`;

/*
 * The lines read: super_admin admin customer_support station_manager chef customer anon.
 * Rows without a station are the same on both sides, so their cells say a or -.
 */
export const matrix: Record<string, TableRule> = {
	stations: table(
		{
			row: (side) => ({ id: station(side) }),
			insert: (side) => ({
				slug: `'matrix-${side}'`,
				name: `'Matrix'`,
				base_zip: `'94538'`,
				latitude: '37.5',
				longitude: '-121.9'
			}),
			update: 'name'
		},
		{ select: 'a a a o o - -', insert: 'a a - - - - -', update: 'a a - - - - -' }
	),
	station_start_times: table(
		{
			row: (side) => ({ station_id: station(side), start_time: `time '18:00'` }),
			insert: (side) => ({ station_id: station(side), start_time: `time '09:30'` })
		},
		{ select: 'a a a o o - -', insert: 'a a - - - - -', delete: 'a a - - - - -' }
	),
	zip_codes: table({ row: () => ({ zip: `'94538'` }) }, { select: 'a a a a a - -' }),
	menu_items: table(
		{
			row: () => ({ code: `'chicken'` }),
			insert: (side) => ({ code: `'matrix_${side}'`, name: `'Matrix'`, kind: `'protein'` }),
			update: 'description'
		},
		{ select: 'a a a a a a a', insert: 'a a - - - - -', update: 'a a - - - - -' }
	),
	price_book: table(
		{
			row: () => ({ code: `'adult'` }),
			insert: (side) => ({
				code: `'matrix_${side}'`,
				label: `'Matrix'`,
				unit_cents: '1',
				unit: `'each'`,
				note: `'Matrix'`
			}),
			update: 'label'
		},
		{ select: 'a a a a - - -', insert: 'a a - - - - -', update: 'a a - - - - -' }
	),
	price_change_history: table({ row: () => ({ code: `'adult'` }) }, { select: 'a a a a - - -' }),
	tax_rates: table({ row: () => ({ county: `'Alameda'` }) }, { select: 'a a a a - - -' }),
	tax_rate_history: table({ row: () => ({ county: `'Alameda'` }) }, { select: 'a a a a - - -' }),
	booking_taxes: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	price_rules: table({ row: () => ({ label: `'Matrix'` }) }, { select: 'a a a a - - -' }),
	price_limits: table(
		{
			row: () => ({ code: `'matrix'` }),
			insert: (side) => ({ code: `'matrix_${side}'`, min_cents: '0', max_cents: '1' }),
			update: 'max_cents'
		},
		{ select: 'a a a a - - -', insert: 'a a - - - - -', update: 'a a - - - - -', delete: 'a a - - - - -' }
	),
	promo_codes: table(
		{
			row: () => ({ code: `'MATRIX'` }),
			insert: (side) => ({ code: `'MATRIX-${side.toUpperCase()}'`, cents: '100' }),
			update: 'description'
		},
		{ select: 'a a a a - - -', insert: 'a a - - - - -', update: 'a a - - - - -' }
	),
	promo_redemptions: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	feature_flags: table(
		{ row: () => ({ key: `'stripe'` }), update: 'enabled' },
		{ select: 'a a a a a a a', update: 'a - - - - - -' }
	),

	staff: table(
		{
			row: fixture('staff'),
			insert: (side) => ({ name: `'Matrix'`, email: `'matrix.${side}@example.test'` }),
			update: 'name'
		},
		// one's own row is everybody's to read and to edit; the fixtures are a chef of each station, the own one the chef himself
		{ select: 'a a a o o - -', insert: 'a - - - - - -', update: 'a - - - o - -' }
	),
	roles: table(
		{
			row: () => ({ role: `'matrix_role'` }),
			insert: (side) => ({ role: `'matrix_${side}'`, label: `'Matrix'`, description: `'Matrix'` }),
			update: 'label'
		},
		{ select: 'a a - - - - -', insert: 'a - - - - - -', update: 'a - - - - - -', delete: 'a - - - - - -' }
	),
	permissions: table({ row: () => ({ permission: `'audit.read'` }) }, { select: 'a a - - - - -' }),
	role_permissions: table(
		{
			row: () => ({ role: `'matrix_role'`, permission: `'audit.read'` }),
			insert: () => ({ role: `'matrix_role'`, permission: `'leads.read'` })
		},
		{ select: 'a a - - - - -', insert: 'a - - - - - -', delete: 'a - - - - - -' }
	),
	user_roles: table(
		{
			row: fixture('grant'),
			insert: (side) => ({
				user_id: `tests.fixture('colleague', '${side}')`,
				role: `'station_manager'`,
				station_id: station(side)
			})
		},
		{ select: 'a a - - - - -', insert: 'a - - - - - -', delete: 'a - - - - - -' }
	),
	staff_invitations: table(
		{ row: (side) => ({ email: `'matrix.invited.${side}@example.test'` }) },
		{ select: 'a a - - - - -' }
	),
	// the own row is the chef's
	login_history: table({ row: fixture('login') }, { select: 'a - - - o - -' }),
	audit_log: table(
		{ row: (side) => ({ table_name: `'matrix'`, station_id: station(side) }) },
		{ select: 'a a - o - - -' }
	),

	chefs: table(
		{
			row: (side) => ({ id: chef(side) }),
			insert: (side) => ({ staff_id: `tests.fixture('new_staff', '${side}')`, station_id: station(side) }),
			update: 'bio'
		},
		{ select: 'a a a o o - -', insert: 'a a - o - - -', update: 'a a - o o - -' }
	),
	chef_weekly_hours: table(
		{
			row: (side) => ({ chef_id: chef(side), starts_at: `time '03:00'` }),
			insert: (side) => ({
				chef_id: chef(side),
				weekday: '2',
				starts_at: `time '03:30'`,
				ends_at: `time '04:00'`
			})
		},
		{ select: 'a a a o o - -', insert: 'a a - o o - -', delete: 'a a - o o - -' }
	),
	chef_exceptions: table(
		{
			row: (side) => ({ chef_id: chef(side), on_date: `date '2030-01-01'` }),
			insert: (side) => ({ chef_id: chef(side), on_date: `date '2030-01-02'` })
		},
		{ select: 'a a a o o - -', insert: 'a a - o o - -', delete: 'a a - o o - -' }
	),

	customers: table(
		{
			row: fixture('customer'),
			insert: (side) => ({ name: `'Matrix'`, email: `'matrix.${side}@example.test'`, station_id: station(side) }),
			update: 'notes'
		},
		// the own fixture is the demo customer
		{ select: 'a a a o - o -', insert: 'a a a - - - -', update: 'a a a - - o -' }
	),
	customer_notes: table(
		{
			row: fixture('customer_note'),
			insert: (side) => ({ customer_id: `tests.fixture('customer', '${side}')`, note: `'Matrix'` }),
			update: 'note'
		},
		// the own fixture is about the demo customer, who never reads it
		{ select: 'a a a o - - -', insert: 'a a a - - - -', update: 'a a a - - - -' }
	),
	bookings: table({ row: (side) => ({ id: booking(side) }) }, { select: 'a a a o - o -' }),
	booking_items: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - o -' }),
	chef_reservations: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	booking_assignments: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	booking_notifications: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	leads: table({ row: fixture('lead'), update: 'notes' }, { select: 'a a a o - - -', update: 'a a a o - - -' }),
	waitlist: table({ row: fixture('waitlist') }, { select: 'a a a o - - -' }),

	cancellation_policies: table(
		{
			row: () => ({ effective_from: `'2024-01-01'` }),
			insert: (side) => ({
				effective_from: side === 'own' ? `'2030-01-01'` : `'2030-01-02'`,
				full_refund_days: '7',
				free_reschedules: '1',
				free_reschedule_hours: '48',
				reschedule_fee_cents: '5000',
				note: `'Matrix of roles'`
			})
		},
		{ select: 'a a a a a a a', insert: 'a a - - - - -' }
	),
	card_fee_rules: table(
		{
			row: () => ({ funding: `'credit'`, state: `'CT'` }),
			insert: (side) => ({
				state: side === 'own' ? `'ZY'` : `'ZZ'`,
				funding: `'credit'`,
				rate: '0',
				reason: `'Matrix of roles'`
			}),
			update: 'rate'
		},
		{ select: 'a a a a - - -', insert: 'a a - - - - -', update: 'a a - - - - -' }
	),
	// one row, always there
	payment_settings: table(
		{ row: () => ({ id: '1' }), update: 'balance_days' },
		{ select: 'a a a a - - -', update: 'a a - - - - -' }
	),
	// a customer sees the own ledger, not how it came about
	payments: table({ row: fixture('payment') }, { select: 'a a a o - o -' }),
	payment_checkouts: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	payment_refunds: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	payment_disputes: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	payment_attention: table({ row: (side) => ({ booking_id: booking(side) }) }, { select: 'a a a o - - -' }),
	payment_reconciliations: table({ row: () => ({ period_from: `'2030-01-01'` }) }, { select: 'a a a - - - -' }),

	documents: table({ row: (side) => ({ booking_id: booking(side), status: `'issued'` }) }, { select: 'a a a o - o -' }),
	scaling_thresholds: table(
		{ row: () => ({ metric: `'db_size'` }), update: 'warning' },
		{ select: 'a a - - - - -', update: 'a a - - - - -' }
	),
	scaling_metrics: table({ row: () => ({ metric: `'db_size'` }) }, { select: 'a a - - - - -' }),
	scaling_recommendations: table({ row: () => ({ metric: `'db_size'` }) }, { select: 'a a - - - - -' }),
	scaling_alerts: table({ row: () => ({ kind: `'summary'` }) }, { select: 'a a - - - - -' })
};
