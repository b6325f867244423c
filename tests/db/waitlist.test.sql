select plan(12);

select tests.only_chefs(1);
select tests.as_anon();
create temp table winner as select create_booking(tests.wish(tests.slot())) as b;
create temp table late as select n, create_booking(tests.wish(tests.slot(), jsonb_build_object('contact', tests.contact(n)))) as b from generate_series(1, 2) n;
grant all on winner, late to public;
select is((select array_agg(b ->> 'code' order by n) from late), array['SLOT_UNAVAILABLE', 'SLOT_UNAVAILABLE'], 'Given a full slot and two who came too late,');
select tests.as_owner();
-- the same transaction has the same clock: say who came first
update waitlist w set created_at = now() - interval '1 hour' from leads l where l.id = w.lead_id and l.email = 'person1@example.test';
select results_eq('select status, starts_at from waitlist where starts_at = tests.slot()', $$values ('waiting'::text, tests.slot()), ('waiting', tests.slot())$$, 'both wait for it');

set constraints all immediate; -- what happens at the end of a transaction happens now
set constraints all deferred;
select is((select count(*)::int from pgboss.job where name = 'waitlist-notify'), 0, 'While it is taken nobody is told');
select tests.as_anon();
select is(cancel_booking((select (b ->> 'booking_id')::uuid from winner), 'We moved house.', (select b ->> 'access_token' from winner)) ->> 'status', 'cancelled', 'When it is cancelled');
select tests.as_owner();
set constraints all immediate;
set constraints all deferred;
select is((select array_agg(l.email) from pgboss.job j join waitlist w on w.id = (j.data ->> 'waitlist_id')::uuid join leads l on l.id = w.lead_id where j.name = 'waitlist-notify'),
	array['person1@example.test'], 'the first in line is told, and no other');
select is((select count(*)::int from realtime.messages where topic = 'station:' || tests.station('fremont') || ':leads' and event = 'slot_freed' and private), 1, 'and the staff');

select tests.as_anon();
select is(create_booking(tests.wish(tests.slot(), jsonb_build_object('contact', tests.contact(1)))) ->> 'status', 'pending', 'When that person books it');
select tests.as_owner();
select is((select w.status from waitlist w join leads l on l.id = w.lead_id where l.email = 'person1@example.test'), 'booked', 'their place is done');

update waitlist set starts_at = now() - interval '1 hour' where status = 'waiting';
select is(private.expire_holds(), 0, 'At the next sweep');
select is((select array_agg(status order by status) from waitlist), array['booked', 'expired'], 'places for slots that are over expire');
select tests.as_user('manager.sacramento@demo.test');
select is((select count(*)::int from waitlist), 0, 'A manager can NOT read another station''s waitlist');
select is(tests.touched('update waitlist set status = ''booked'''), null, 'Nobody writes it by hand');

select * from finish();
