import pg from 'pg';

/**
 * Adds `count` past and future bookings (and as many customers / 5) over all stations, without triggers, as a table that
 * has grown for years looks: from four years ago on, one every so many minutes. The rows are valid but hold no chef.
 */
export async function fillBookings(url: string, count: number, everyMinutes = 24): Promise<void> {
	const db = new pg.Client(url);
	await db.connect();
	try {
		await db.query('begin');
		await db.query("set local session_replication_role = 'replica'");
		await db.query(
			`insert into public.customers (name, email, phone, station_id)
			select 'Customer ' || n, 'bulk' || n || '@example.test', '+1510' || (2000000 + n)::text,
				(array(select id from public.stations order by slug))[1 + n % 3]
			from generate_series(1, $1::int / 5) n`,
			[count]
		);
		await db.query(
			`with people as (select id, station_id, row_number() over () - 1 as place from public.customers where email like 'bulk%'),
				sizes as (select count(*) as people from people)
			insert into public.bookings (reference, station_id, customer_id, status, event_at, event_ends_at, timezone, adults,
				venue_line1, venue_city, venue_state, venue_zip, road_miles, quote, total_cents, deposit_cents, price_version, notes,
				hold_expires_at, cancelled_at, cancel_reason)
			select
				'MH-' || translate(lpad(upper(to_hex(n)), 5, '2'), '01', 'YZ'),
				p.station_id, p.id, s.status, t.event_at, t.event_at + interval '2 hours', 'America/Los_Angeles', 10 + (n % 30)::int,
				n || ' Bulk Street', 'Fremont', 'CA', '94538', 5, '{}', 55000 + (n % 30)::int * 5500, 10000, '1',
				case when n % 50 = 0 then 'Allergic to peanuts, gate code ' || n else '' end,
				null,
				case when s.status = 'cancelled' then t.event_at - interval '9 days' end,
				case when s.status = 'cancelled' then 'changed plans' end
			from generate_series(1, $1::int) n
			cross join sizes
			join people p on p.place = n % sizes.people
			cross join lateral (select (array['confirmed', 'completed', 'completed', 'completed', 'cancelled'])[1 + n % 5] as status) s
			cross join lateral (select date_trunc('hour', now()) - interval '4 years' + n * $2::int * interval '1 minute' as event_at) t
			on conflict (reference) do nothing`,
			[count, everyMinutes]
		);
		await db.query('commit');
		await db.query('vacuum analyze'); // else the server does so by itself, while something is measured
	} finally {
		await db.end();
	}
}
