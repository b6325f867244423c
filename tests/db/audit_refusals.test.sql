select plan(9);

create function pg_temp.refused() returns setof text language sql as $$
	select table_name || ' ' || (changes #>> '{code,new}') from audit_log where action = 'refused' and occurred_at >= now() order by occurred_at
$$;
select set_config('request.headers', '{"x-request-id": "request-one"}', true);
select set_config('request.path', '/rpc/delete_record', true);

select tests.as_user('support@demo.test');
select is(delete_record('leads', (select id from leads where station_id is not null limit 1), 'Not for me to delete') ->> 'code', 'NOT_ALLOWED', 'What support may not delete is refused');
select tests.as_owner();
select results_eq('select * from pg_temp.refused()', array['delete_record NOT_ALLOWED'], 'and kept, with what was tried');
select is((select actor_id from audit_log where action = 'refused' and occurred_at >= now()), tests.user_id('support@demo.test'), 'and by whom');
select tests.as_user('support@demo.test');
select report_refusal('delete', 'NOT_ALLOWED');
select tests.as_owner();
select is((select count(*)::int from pg_temp.refused()), 1, 'The panel''s report of the same request adds nothing');

select set_config('request.headers', '{"x-request-id": "request-two"}', true);
select tests.as_user('manager.fremont@demo.test');
select is(tests.code('select snooze_recommendation(gen_random_uuid())'), 'NOT_ALLOWED', 'A refusal that rolls back');
select report_refusal('snooze', 'NOT_ALLOWED');
select tests.as_owner();
select ok('snooze NOT_ALLOWED' in (select * from pg_temp.refused()), 'is kept by the report that follows');

select tests.as_user('manager.fremont@demo.test');
select is(tests.code($$select report_refusal('drop table; --', 'NOT_ALLOWED')$$), 'INVALID_REQUEST', 'A report that is none is refused');
select tests.as_anon();
select is(tests.code($$select report_refusal('snooze', 'NOT_ALLOWED')$$), '42501', 'A visitor can NOT write to the audit');
select tests.as_user('manager.fremont@demo.test');
select set_config('request.headers', '{}', true);
do $$ begin
	perform set_config('role', 'none', true);
	insert into private.settings values ('rate_limits', 'on') on conflict (key) do update set value = 'on';
	for n in 1 .. 130 loop
		perform private.note_refusal('flood', 'NOT_ALLOWED', '');
	end loop;
end $$;
select tests.as_owner();
select ok((select count(*) between 1 and 120 from audit_log where table_name = 'flood'), 'Nobody fills the log');

select * from finish();
