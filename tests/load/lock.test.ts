import pg from 'pg';
import { expect, it } from 'vitest';
import { bookingRequest, rpc, signIn, slots, stackUnderTest } from '../api.ts';
import { isParallel } from './race.ts';

const stack = stackUnderTest();

interface Answer {
	code?: string;
	booking_id?: string;
	access_token?: string;
	details?: { lead_id?: string | null };
}

// PGlite has one connection: a transaction that stays open would hold up the test itself.
it.runIf(await isParallel(stack))(
	'a booking that has to wait for another one too long says "try again" within 3.5 seconds, keeps the lead, and works then',
	async () => {
		const slot = (await slots(stack, '95814', 60, 90)).find(({ capacity }) => capacity > 0);
		const wish = bookingRequest({
			starts_at: slot?.starts_at ?? '',
			zip: '95814',
			venue: { line1: '1 Test Street', city: 'Sacramento', state: 'CA', zip: '95814' }
		});
		const client = new pg.Client({ connectionString: stack.DB_URL ?? '' });
		await client.connect();
		try {
			await client.query('begin');
			// somebody who takes every chef of the station at that time and does not come to an end
			await client.query(
				`insert into public.chef_reservations (booking_id, chef_id, station_id, event_at, period)
				select gen_random_uuid(), c.id, c.station_id, $1::timestamptz, tstzrange($1::timestamptz, $1::timestamptz + interval '2 hours')
				from public.chefs c join public.stations s on s.id = c.station_id where s.slug = 'sacramento' and c.active
				on conflict do nothing`,
				[slot?.starts_at]
			);
			const begun = performance.now();
			const waited = await rpc<Answer>(stack, 'create_booking', { p_request: wish });
			expect(performance.now() - begun).toBeLessThan(3500);
			expect(waited.status).toBe(503);
			expect(waited.body.code).toBe('TRY_AGAIN');
			expect(waited.body.details?.lead_id).toEqual(expect.any(String));
		} finally {
			await client.query('rollback');
			await client.end();
		}
		const again = await rpc<Answer>(stack, 'create_booking', { p_request: wish });
		expect(again.status).toBe(200);
		await rpc(stack, 'cancel_booking', {
			p_booking: again.body.booking_id,
			p_reason: 'The test is over.',
			p_access_token: again.body.access_token
		});
	},
	20_000
);

it.runIf(await isParallel(stack))(
	'an edit of the guests waits while a price is being changed, then says "try again"; an edit of the notes does not wait',
	async () => {
		const slot = (await slots(stack, '95814', 60, 90)).find(({ capacity }) => capacity > 0);
		const venue = { line1: '1 Test Street', city: 'Sacramento', state: 'CA', zip: '95814' };
		const made = await rpc<Answer>(stack, 'create_booking', {
			p_request: bookingRequest({ starts_at: slot?.starts_at ?? '', zip: '95814', venue })
		});
		const staff = await signIn(stack, 'admin@demo.test');
		const edit = (version: number, changes: object) =>
			rpc<Answer & { version: number }>(
				stack,
				'update_booking',
				{ p_booking: made.body.booking_id, p_version: version, p_changes: changes },
				staff
			);
		const client = new pg.Client({ connectionString: stack.DB_URL ?? '' });
		await client.connect();
		try {
			await client.query('begin');
			await client.query('select private.lock_prices()');
			const noted = await edit(1, { notes: 'Ring twice.' });
			expect(noted.status).toBe(200);
			const begun = performance.now();
			expect(await edit(noted.body.version, { adults: 12 })).toMatchObject({
				status: 503,
				body: { code: 'TRY_AGAIN' }
			});
			expect(performance.now() - begun).toBeLessThan(3500);
			await client.query('commit');
			expect((await edit(noted.body.version, { adults: 12 })).status).toBe(200);
		} finally {
			await client.end();
		}
		await rpc(stack, 'cancel_booking', { p_booking: made.body.booking_id, p_reason: 'The test is over.' }, staff);
	},
	20_000
);
