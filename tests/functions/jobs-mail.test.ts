import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../until.ts';
import { freePort } from './free-port.ts';
import { databases, openJobsStand, type JobsStand } from './jobs-stand.ts';

describe.each(databases)('jobs that tell people, on %s', (database) => {
	let stand: JobsStand;
	beforeAll(async () => {
		stand = await openJobsStand(database);
	}, 180_000);
	beforeEach(() => stand.reset());
	afterAll(() => stand?.close());

	describe('booking-notify', () => {
		it('mails the customer what the booking is now, once, however often it is asked', async () => {
			const email = 'once@example.test';
			const booking_id = await stand.makeBooking(email);
			await stand.start();
			for (const key of ['a', 'b', 'c']) await stand.enqueue('booking-notify', { booking_id, kind: 'received' }, key);
			await stand.done('booking-notify', 3);
			const [mail, ...more] = await stand.mails(email);
			expect(more).toEqual([]);
			expect(mail?.subject).toMatch(/^We hold your date: .* at .* P[SD]T \(MH-[2-9A-Z]{5}\)$/);
			expect(mail?.text).toContain('$610.00');
			const link = mail?.links.find((href) => href.startsWith('http://app.test/booking-success?token='));
			const token = new URL(link ?? '').searchParams.get('token');
			expect(mail?.links[0]).toBe(`http://app.test/payment/${booking_id}?token=${token}`);
			const [opened] = await stand.db.query<{ id: string }>('select private.booking_for_token($1) as id', [token]);
			expect(opened?.id).toBe(booking_id);
		});

		it('says nothing that is no longer so', async () => {
			const email = 'moot@example.test';
			const booking_id = await stand.makeBooking(email);
			await stand.start();
			for (const kind of ['confirmed', 'cancelled', 'hold_expired'])
				await stand.enqueue('booking-notify', { booking_id, kind });
			await stand.enqueue('booking-notify', { booking_id: crypto.randomUUID(), kind: 'received' });
			await stand.done('booking-notify', 4);
			expect(await stand.mails(email)).toEqual([]);
		});

		it('tells each new date, with the event for the calendar, and at last that it is off', async () => {
			const email = 'moves@example.test';
			const booking_id = await stand.makeBooking(email);
			await stand.start();
			const tell = async (kind: string, change: string) => {
				await stand.db.query(`update public.bookings set ${change} where id = $1`, [booking_id]);
				await stand.enqueue('booking-notify', { booking_id, kind });
			};
			await tell('confirmed', `status = 'confirmed', confirmed_at = now(), hold_expires_at = null`);
			await stand.done('booking-notify', 1);
			for (const count of [1, 2]) {
				await tell('rescheduled', `reschedule_count = ${count}, event_at = event_at + interval '1 minute'`);
				await stand.done('booking-notify', 1 + count);
			}
			await tell('cancelled', `status = 'cancelled', cancelled_at = now(), cancel_reason = 'We are moving house'`);
			await stand.done('booking-notify', 4);
			const sent = (await stand.mails(email)).toReversed();
			expect(sent.map(({ subject }) => subject.split(':')[0])).toEqual([
				"It's on",
				'New date',
				'New date',
				'Cancelled'
			]);
			expect(sent.map(({ attachments }) => attachments[0]?.type)).toEqual(Array(4).fill('text/calendar'));
		});

		it('keeps no row when the mail server refuses, so that the mail goes out later', async () => {
			const email = 'later@example.test';
			const booking_id = await stand.makeBooking(email);
			await stand.enqueue('booking-notify', { booking_id, kind: 'received' });
			await stand.start(undefined, await freePort());
			await until(async () => (await stand.states('booking-notify'))[0] === 'retry');
			await stand.stopAll();
			expect(
				await stand.db.query('select 1 from public.booking_notifications where booking_id = $1', [booking_id])
			).toEqual([]);
			await stand.db.exec(`update pgboss.job set start_after = now()`);
			await stand.start();
			await stand.done('booking-notify');
			expect(await stand.mails(email)).toHaveLength(1);
		});
	});

	it('booking-hold-expire cancels what ran out, and the customer hears of it', async () => {
		const email = 'expired@example.test';
		const booking_id = await stand.makeBooking(email);
		await stand.db.query(`update public.bookings set hold_expires_at = now() - interval '1 minute' where id = $1`, [
			booking_id
		]);
		await stand.start();
		await stand.enqueue('booking-hold-expire', {}, 'sweep');
		await stand.done('booking-notify');
		const [booking] = await stand.db.query<{ status: string; cancel_reason: string }>(
			'select status, cancel_reason from public.bookings where id = $1',
			[booking_id]
		);
		expect(booking).toEqual({ status: 'cancelled', cancel_reason: 'hold_expired' });
		expect((await stand.mails(email)).map(({ subject }) => subject)).toEqual([
			expect.stringMatching(/^Your date is free again/)
		]);
	});

	it('assignment-declined tells the station’s managers once, and nobody any more when it was a slip', async () => {
		const booking_id = await stand.makeBooking('declined@example.test');
		const deed = (undo: boolean) =>
			stand.db.query(
				`select set_config('request.jwt.claims', '{"role": "service_role"}', false),
				public.assignment_deed($1, 'decline', $2, 'My car broke down.')`,
				[booking_id, undo]
			);
		await deed(false);
		await deed(true);
		await stand.start();
		await stand.done('assignment-declined', 1);
		expect(await stand.mails()).toEqual([]);
		await deed(false);
		await stand.done('assignment-declined', 2);
		const [mail, ...more] = await stand.mails();
		expect(more).toEqual([]);
		expect(mail?.to).toEqual(['manager.fremont@demo.test']);
		expect(mail?.text).toContain('My car broke down.');
		expect(mail?.links).toContain(`http://admin.test/bookings/${booking_id}`);
	});

	describe('leads', () => {
		const makeLead = async (station: string, extra = '{}') => {
			const [row] = await stand.db.query<{ id: string }>(
				`insert into public.leads (name, email, station_id, source, reason, next_action_at, adults, quote)
				select 'Bo Ray', $1, s.id, 'website', 'SLOT_UNAVAILABLE', now() - interval '1 minute', 8, $3::jsonb
				from public.stations s where s.slug = $2 returning id`,
				[`bo.${randomBytes(4).toString('hex')}@example.test`, station, extra]
			);
			await stand.db.exec('delete from pgboss.job');
			return row?.id ?? '';
		};

		it('lead-follow-up tells the station’s staff once, and no other station’s', async () => {
			const lead_id = await makeLead('fremont', '{"total_cents": 55000}');
			await stand.start();
			await stand.enqueue('lead-follow-up', { lead_id }, 'a');
			await stand.enqueue('lead-follow-up', { lead_id }, 'b');
			await stand.done('lead-follow-up', 2);
			const [mail, ...more] = await stand.mails();
			expect(more).toEqual([]);
			expect(mail?.to).toEqual(['manager.fremont@demo.test']);
			expect(mail?.text).toContain('$550.00');
			expect(mail?.links).toContain(`http://admin.test/leads/${lead_id}`);
			const [lead] = await stand.db.query<{ later: boolean }>(
				'select next_action_at > now() as later from public.leads where id = $1',
				[lead_id]
			);
			expect(lead?.later).toBe(true);
		});

		it('lead-follow-up is quiet about a lead that somebody dealt with', async () => {
			const lead_id = await makeLead('fremont');
			await stand.db.query(`update public.leads set status = 'contacted' where id = $1`, [lead_id]);
			await stand.start();
			await stand.enqueue('lead-follow-up', { lead_id });
			await stand.done('lead-follow-up');
			expect(await stand.mails()).toEqual([]);
		});

		it('waitlist-notify offers a free slot once, and is quiet when it is taken again', async () => {
			const lead_id = await makeLead('fremont');
			const [place] = await stand.db.query<{ id: string }>(
				`insert into public.waitlist (lead_id, station_id, starts_at)
				select $1, l.station_id, (
					select s.starts_at from public.available_slots('94538', current_date + 10, current_date + 30) s
					where s.capacity > 0 limit 1)
				from public.leads l where l.id = $1 returning id`,
				[lead_id]
			);
			const [full] = await stand.db.query<{ id: string }>(
				`insert into public.waitlist (lead_id, station_id, starts_at)
				select $1, l.station_id, date_trunc('day', now()) + interval '20 days 11 minutes'
				from public.leads l where l.id = $1 returning id`,
				[lead_id]
			);
			await stand.start();
			for (const waitlist_id of [place?.id, place?.id, full?.id])
				await stand.enqueue('waitlist-notify', { waitlist_id });
			await stand.done('waitlist-notify', 3);
			expect((await stand.mails()).map(({ subject }) => subject)).toEqual([expect.stringMatching(/^Free again: /)]);
			const left = await stand.db.query<{ id: string; status: string }>(
				'select id, status from public.waitlist where lead_id = $1 order by status',
				[lead_id]
			);
			expect(left.map(({ status }) => status)).toEqual(['notified', 'waiting']);
		});
	});
});
