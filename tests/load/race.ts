/**
 * The race for a slot: parallel callers over real HTTP connections, of whom exactly as many may win as chefs are free.
 *   node tests/load/race.ts --rounds 200 --callers 50 --capacity 1,3     against the running stack
 *   node tests/load/race.ts --control                                     the same with the constraint dropped: must go wrong
 * Settings of the stack (MYHIBACHI_PORT_BASE, MYHIBACHI_DATA, DATABASE_URL) come from the environment, or TEST_STACK has its status.
 */
import { parseArgs } from 'node:util';
import pg from 'pg';
import { bookingRequest, request, rpc, signIn, slots, type Slot } from '../api.ts';
import { readStatus, type StackStatus } from '../stack.ts';

export interface RaceOptions {
	stack: StackStatus;
	rounds: number;
	/** How many ask for the slot at once. */
	callers: number;
	/** How many chefs can serve it. */
	capacity: number;
}

/** What became of the callers of one round. */
export interface Round {
	booked: number;
	unavailable: number;
	/** Answered by anything else. */
	other: number;
	/** Of those who came too late: how many were offered one to five other times, and how many are a lead now. */
	withAlternatives: number;
	withLead: number;
	ms: number;
}

interface Answer {
	code?: string;
	booking_id?: string;
	access_token?: string;
	details?: { alternatives?: unknown[]; lead_id?: string | null };
}

const constraint = 'exclude using gist (chef_id with =, period with &&) where (released_at is null)';

/** Runs the rounds one after the other on one slot, which is freed by cancelling in between. */
export async function race({ stack, rounds, callers, capacity }: RaceOptions): Promise<{ rounds: Round[] }> {
	const { slot, restore } = await makeSlot(stack, capacity);
	try {
		const played: Round[] = [];
		for (let index = 0; index < rounds; index += 1) played.push(await playRound(stack, slot, callers));
		return { rounds: played };
	} finally {
		await restore();
	}
}

/** The control: the same race while `chef_reservations_no_overlap` is gone. Puts it back. For a scratch database only. */
export async function raceWithoutConstraint(options: RaceOptions): Promise<{ rounds: Round[] }> {
	return withDatabase(options.stack, async (client) => {
		await client.query('alter table public.chef_reservations drop constraint chef_reservations_no_overlap');
		try {
			return await race(options);
		} finally {
			await client.query(
				`alter table public.chef_reservations add constraint chef_reservations_no_overlap ${constraint}`
			);
		}
	});
}

/** Whether the stack's database runs callers side by side; PGlite answers them one by one, so that its control can't go wrong. */
export async function isParallel(stack: StackStatus): Promise<boolean> {
	return withDatabase(stack, async (client) => {
		const { rows } = await client.query<{ version: string }>('select version()');
		return !/emscripten|emcc|wasm/i.test(rows[0]?.version ?? '');
	});
}

async function playRound(stack: StackStatus, slot: Slot, callers: number): Promise<Round> {
	const begun = performance.now();
	const answers = await Promise.all(
		Array.from({ length: callers }, (_, caller) =>
			rpc<Answer>(
				stack,
				'create_booking',
				{ p_request: bookingRequest({ starts_at: slot.starts_at }) },
				undefined,
				// each from an address of its own, so that the limit per address is not what decides
				{ 'x-forwarded-for': `10.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}.${caller + 1}` }
			)
		)
	);
	const ms = Math.round(performance.now() - begun);
	const winners = answers.filter(({ status }) => status === 200).map(({ body }) => body);
	const late = answers.filter(({ status, body }) => status === 409 && body.code === 'SLOT_UNAVAILABLE');
	for (const { booking_id, access_token } of winners) {
		const cancelled = await rpc(stack, 'cancel_booking', {
			p_booking: booking_id,
			p_reason: 'The race is over.',
			p_access_token: access_token
		});
		if (cancelled.status !== 200) throw new Error(`A winner could not cancel: ${JSON.stringify(cancelled.body)}`);
	}
	return {
		booked: winners.length,
		unavailable: late.length,
		other: callers - winners.length - late.length,
		withAlternatives: late.filter(({ body }) => isBetween(body.details?.alternatives?.length, 1, 5)).length,
		withLead: late.filter(({ body }) => typeof body.details?.lead_id === 'string').length,
		ms
	};
}

/** Finds a free slot of Fremont and gives all but `capacity` of its chefs the day off. */
async function makeSlot(stack: StackStatus, capacity: number): Promise<{ slot: Slot; restore: () => Promise<void> }> {
	const token = await signIn(stack, 'super_admin@demo.test');
	const [wished] = (await slots(stack, '94538', 60, 120)).toSorted((a, b) => b.capacity - a.capacity);
	if (!wished || wished.capacity < capacity) throw new Error(`No slot has ${capacity} free chefs.`);
	const now = async (): Promise<Slot> => {
		const found = (await slots(stack, '94538', 59, 121)).find(({ starts_at }) => starts_at === wished.starts_at);
		if (!found) throw new Error('The slot went away.');
		return found;
	};
	const reason = `race ${crypto.randomUUID()}`;
	const stations = await request<{ id: string }[]>(stack, '/rest/v1/stations?slug=eq.fremont&select=id', { token });
	const chefs = await request<{ id: string }[]>(
		stack,
		`/rest/v1/chefs?station_id=eq.${stations.body[0]?.id}&active=is.true&select=id`,
		{ token }
	);
	for (const { id } of chefs.body) {
		if ((await now()).capacity <= capacity) break;
		const off = await request(stack, '/rest/v1/chef_exceptions', {
			method: 'POST',
			token,
			body: JSON.stringify({ chef_id: id, on_date: wished.event_date.slice(0, 10), available: false, reason })
		});
		if (off.status >= 300) throw new Error(`No day off for a chef: ${off.status} ${JSON.stringify(off.body)}`);
	}
	const slot = await now();
	if (slot.capacity !== capacity) throw new Error(`The slot has ${slot.capacity} chefs, not ${capacity}.`);
	return {
		slot,
		restore: async () => {
			await request(stack, `/rest/v1/chef_exceptions?reason=eq.${encodeURIComponent(reason)}`, {
				method: 'DELETE',
				token
			});
		}
	};
}

async function withDatabase<R>(stack: StackStatus, run: (client: pg.Client) => Promise<R>): Promise<R> {
	if (!stack.DB_URL) throw new Error('The stack gives no DB_URL, so its constraint can not be dropped.');
	const client = new pg.Client({ connectionString: stack.DB_URL });
	await client.connect();
	try {
		return await run(client);
	} finally {
		await client.end();
	}
}

function isBetween(value: number | undefined, least: number, most: number): boolean {
	return value !== undefined && value >= least && value <= most;
}

if (import.meta.main) {
	const { values } = parseArgs({
		options: {
			rounds: { type: 'string', default: '5' },
			callers: { type: 'string', default: '50' },
			capacity: { type: 'string', default: '1,3' },
			control: { type: 'boolean', default: false }
		}
	});
	const stack = process.env.TEST_STACK
		? (JSON.parse(process.env.TEST_STACK) as StackStatus)
		: await readStatus(process.env);
	let wrong = 0;
	for (const capacity of values.capacity.split(',').map(Number)) {
		const callers = Number(values.callers);
		const run = values.control ? raceWithoutConstraint : race;
		const { rounds } = await run({ stack, rounds: Number(values.rounds), callers, capacity });
		const bad = rounds.filter(
			(round) =>
				round.booked !== capacity ||
				round.unavailable !== callers - capacity ||
				round.withAlternatives !== round.unavailable ||
				round.withLead !== round.unavailable
		);
		wrong += bad.length;
		const slowest = Math.max(...rounds.map(({ ms }) => ms));
		console.info(
			`${callers} callers, ${capacity} chefs: ${rounds.length - bad.length} of ${rounds.length} rounds right, slowest ${slowest} ms`
		);
		for (const round of bad.slice(0, 3)) console.info(`  ${JSON.stringify(round)}`);
	}
	process.exit(wrong > 0 === values.control ? 0 : 1);
}
