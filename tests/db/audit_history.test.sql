select plan(18);

select tests.as_anon();
create temp table one as select create_booking(tests.wish(tests.slot(100), jsonb_build_object('contact', tests.contact(1)))) as b;
grant all on one to public;
select tests.as_owner();
create function tests.one() returns uuid language sql stable set search_path = public, pg_temp as $$ select (b ->> 'booking_id')::uuid from one $$;
create temp table moments (name text primary key, at timestamptz);
grant all on moments to public;
create function tests.moment(p_name text) returns timestamptz language sql stable set search_path = public, pg_temp as $$ select at from moments where name = p_name $$;
create function tests.as_of(p_name text) returns jsonb language sql set search_path = '' as $$ select public.booking_as_of(tests.one(), tests.moment(p_name)) $$;
grant execute on all functions in schema tests to public;
insert into moments select 'before', min(occurred_at) - interval '1 second' from audit_log where row_id = tests.one()::text;
insert into moments values ('booked', clock_timestamp());
select tests.as_user('manager.fremont@demo.test');
select update_booking(tests.one(), 1, '{"notes": "Ring twice."}');
select tests.as_owner();
insert into moments values ('noted', clock_timestamp());
select tests.as_user('manager.fremont@demo.test');
select confirm_booking(tests.one());
select update_booking(tests.one(), (select version from bookings where id = tests.one()), '{"notes": "Ring thrice.", "adults": 12}');
select tests.as_owner();
insert into moments values ('now', clock_timestamp());

select tests.as_user('manager.fremont@demo.test');
select is(tests.as_of('before') -> 'existed', 'false', 'Before it was made a booking was not there');
select is(tests.as_of('booked') #>> '{booking,notes}', '', 'On the day it was made it had no notes');
select is(tests.as_of('noted') #>> '{booking,notes}', 'Ring twice.', 'later it had some');
select is(tests.as_of('noted') #>> '{booking,status}', 'pending', 'and was pending');
select is(tests.as_of('noted') #>> '{booking,adults}', '10', 'for ten');
select ok(tests.as_of('noted') -> 'changed_since' @> '["notes", "status", "adults", "total_cents"]', 'It says what has changed since');
select is(tests.as_of('now') #>> '{booking,notes}', 'Ring thrice.', 'Now it is as it is');
select is(tests.as_of('now') -> 'changed_since', '[]', 'with nothing changed since');
select is(booking_as_of(tests.one(), null) ->> 'code', 'INVALID_REQUEST', 'A moment is needed');
select is(delete_record('bookings', tests.one(), 'Entered twice by mistake') ->> 'code', null, 'It is deleted,');
select tests.as_owner();
delete from documents where booking_id = tests.one(); -- else its invoice would keep it
delete from bookings where id = tests.one();
select tests.as_user('manager.fremont@demo.test');
select is(tests.as_of('noted') #>> '{booking,notes}', 'Ring twice.', 'and purged; the audit still tells what it was');
select tests.as_user('manager.sacramento@demo.test');
select is(tests.as_of('noted') ->> 'code', 'NOT_FOUND', 'but not to another station');
select tests.as_user('support@demo.test');
select is(tests.as_of('noted') ->> 'code', 'NOT_FOUND', 'nor to who reads no audit');

-- An actor outlives its user
select tests.as_owner();
create temp table who as select tests.user_id('manager.fremont@demo.test') as id;
grant all on who to public;
select tests.as_user('admin@demo.test');
select results_eq('select kind, name is not null from audit_people(array[(select id from who)])', $$values ('staff', true)$$, 'An actor has a name');
select tests.as_owner();
delete from auth.users where id = (select id from who);
select tests.as_user('admin@demo.test');
select results_eq('select kind, name from audit_people(array[(select id from who)])', $$values ('former', null::text)$$, 'which goes with the account');
select ok((select bool_and(actor = 'user:' || actor_id and actor_roles = array['station_manager']) from audit_log where actor_id = (select id from who)),
	'while the entries keep their pseudonym and the role');

select ok(exists (select from audit_people() where kind = 'staff' and name is not null), 'The filter offers people');
select is_empty($$select name from audit_people() where kind = 'system' and name like 'user:%'$$, 'and of what is no person only its name');

select * from finish();
