/**
 * The race for the last use of a promo code: parallel callers over real HTTP connections, each for a slot of its own, of whom
 * exactly as many may book with the code as it has uses.
 */
import pg from 'pg';
import { bookingRequest, request, rpc, signIn, slots } from '../api.ts';
import type { StackStatus } from '../stack.ts';

export interface PromoRaceOptions {
	stack: StackStatus;
	rounds: number;
	callers: number;
	/** How many bookings may use the code. */
	uses: number;
}

/** What became of the callers of one round. */
export interface PromoRound {
	booked: number;
	/** Refused as PROMO_NOT_VALID at the field, with the reason `used_up`. */
	usedUp: number;
	other: number;
	/** Redemptions that the database counts afterwards. */
	counted: number;
}

interface Answer {
	code?: string;
	booking_id?: string;
	access_token?: string;
	details?: { reason?: string; fields?: Record<string, string> };
}

/** Plays the rounds one after the other, each with a code of its own; winners cancel, so that their slots are free again. */
export async function promoRace({ stack, rounds, callers, uses }: PromoRaceOptions): Promise<PromoRound[]> {
	const token = await signIn(stack, 'admin@demo.test');
	const free = (await slots(stack, '94538', 60, 120)).filter(({ capacity }) => capacity > 0);
	if (free.length < callers) throw new Error(`There are ${free.length} slots for ${callers} callers.`);
	const played: PromoRound[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const code = `RACE-${crypto.randomUUID().slice(0, 8)}`.toUpperCase();
		const made = await request<{ id: string }[]>(stack, '/rest/v1/promo_codes?select=id', {
			method: 'POST',
			token,
			body: JSON.stringify({ code, cents: 1000, max_total: uses }),
			headers: { prefer: 'return=representation' }
		});
		const id = made.body[0]?.id;
		if (!id) throw new Error(`No code was made: ${made.status} ${JSON.stringify(made.body)}`);
		const answers = await Promise.all(
			free
				.slice(0, callers)
				.map(({ starts_at }, caller) =>
					rpc<Answer>(
						stack,
						'create_booking',
						{ p_request: bookingRequest({ starts_at, promo_code: code.toLowerCase() }) },
						undefined,
						{ 'x-forwarded-for': `10.9.${Math.floor(Math.random() * 250)}.${caller + 1}` }
					)
				)
		);
		const counted = await request<unknown[]>(
			stack,
			`/rest/v1/promo_redemptions?promo_code_id=eq.${id}&released_at=is.null&select=id`,
			{ token }
		);
		const winners = answers.filter(({ status }) => status === 200).map(({ body }) => body);
		const usedUp = answers.filter(
			({ status, body }) => status === 422 && body.code === 'PROMO_NOT_VALID' && body.details?.reason === 'used_up'
		).length;
		for (const { booking_id, access_token } of winners) {
			await rpc(stack, 'cancel_booking', {
				p_booking: booking_id,
				p_reason: 'The race is over.',
				p_access_token: access_token
			});
		}
		played.push({
			booked: winners.length,
			usedUp,
			other: callers - winners.length - usedUp,
			counted: counted.body.length
		});
	}
	return played;
}

/** The control: the same race while nobody locks the code. Puts the lock back. For a scratch database only. */
export async function promoRaceWithoutLock(options: PromoRaceOptions): Promise<PromoRound[]> {
	const { DB_URL } = options.stack;
	if (!DB_URL) throw new Error('The stack gives no DB_URL, so its lock can not be taken away.');
	const client = new pg.Client({ connectionString: DB_URL });
	await client.connect();
	try {
		const { rows } = await client.query<{ source: string }>(
			`select pg_get_functiondef('private.lock_promo(text)'::regprocedure) as source`
		);
		await client.query(
			`create or replace function private.lock_promo(p_code text) returns void language plpgsql volatile as $$ begin end $$`
		);
		try {
			return await promoRace(options);
		} finally {
			await client.query(rows[0]?.source ?? '');
		}
	} finally {
		await client.end();
	}
}
