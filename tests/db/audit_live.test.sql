select plan(13);

create function pg_temp.told(p_topic text, p_event text) returns bigint language sql as $$
	select count(*) from realtime.messages where topic = p_topic and event = p_event and private
$$;
create function pg_temp.quiet() returns void language sql as $$
	delete from realtime.messages; select set_config('app.announced', '', true);
$$;
create temp table spot as select 'station:' || tests.station('fremont') || ':' as fremont, 'station:' || tests.station('sacramento') || ':' as sacramento;
grant all on spot to public;
select tests.only_chefs(2);
insert into leads (station_id, email, source) values (tests.station('fremont'), 'one@example.test', 'website'), (tests.station('fremont'), 'two@example.test', 'website');

-- The log
select pg_temp.quiet();
update leads set notes = 'looked at' where station_id = tests.station('fremont');
select is(pg_temp.told((select fremont || 'audit' from spot), 'audit_changed'), 1::bigint, 'However many rows a transaction writes, the station''s auditors are told once');
select is(pg_temp.told((select sacramento || 'audit' from spot), 'audit_changed') + pg_temp.told('staff:audit', 'audit_changed'), 0::bigint, 'nobody else is');
select is((select payload - 'id' from realtime.messages where topic = (select fremont || 'audit' from spot)), '{}', 'and nothing of it is said');
select pg_temp.quiet();
update scaling_thresholds set warning = warning + 1 where metric = 'db_size';
select is(pg_temp.told('staff:audit', 'audit_changed'), 1::bigint, 'The company''s own entries are head office''s');
select pg_temp.quiet();
do $$ begin
	update public.leads set notes = 'never' where email = 'one@example.test';
	raise exception 'taken back';
exception when others then null;
end $$;
update leads set notes = 'yes' where email = 'one@example.test';
select is(pg_temp.told((select fremont || 'audit' from spot), 'audit_changed'), 1::bigint, 'What was rolled back does not silence what follows');

-- The trash
select pg_temp.quiet();
select tests.as_user('manager.fremont@demo.test');
select is(delete_record('leads', (select id from leads where email = 'one@example.test'), 'Entered twice by mistake') ->> 'code', null, 'When a lead is deleted');
select tests.as_owner();
select is(pg_temp.told((select fremont || 'trash' from spot), 'trash_changed'), 1::bigint, 'those who may restore it are told');
select pg_temp.quiet();
select tests.as_user('manager.fremont@demo.test');
select is(restore_record('leads', (select id from trash_items('leads') where label = 'one@example.test')) ->> 'code', null, 'When it comes back');
select tests.as_owner();
select is(pg_temp.told((select fremont || 'trash' from spot), 'trash_changed'), 1::bigint, 'as well');
select pg_temp.quiet();
update menu_items set deleted_at = now() - interval '31 days', delete_reason = 'Off the menu' where code = 'chicken';
select is(pg_temp.told('staff:trash', 'trash_changed'), 1::bigint, 'What belongs to no station is head office''s');

-- Who may listen: tests/db/topics.ts says so for every role over the websocket
select tests.as_user('manager.fremont@demo.test');
select ok(private.may_join((select fremont || 'audit' from spot), 'broadcast'), 'A manager CAN follow the own station''s log');
select ok(not private.may_join('staff:audit', 'broadcast') and not private.may_join((select sacramento || 'audit' from spot), 'broadcast'),
	'A manager can NOT follow head office''s, nor another station''s');
select tests.as_user('admin@demo.test');
select ok(private.may_join('staff:audit', 'broadcast') and private.may_join('staff:trash', 'broadcast'), 'An admin CAN follow head office''s');

select * from finish();
