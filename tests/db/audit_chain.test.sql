select plan(17);

create function tests.verify() returns jsonb language sql set search_path = '' as $$ select public.verify_audit_chain(now()::date) $$;
grant execute on function tests.verify() to public;
create function tests.month() returns timestamptz language sql stable set search_path = '' as $$ select date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' $$;

select tests.as_owner();
select ok(private.seal_audit(100000) > 20, 'The job seals what was logged');
select is(private.seal_audit(), 0, 'once');
update stations set min_notice_hours = 30 where slug = 'fremont';
update stations set min_notice_hours = 31 where slug = 'fremont';
select is(private.seal_audit(1), 1, 'Sealing goes on bite by bite,');
select is(private.seal_audit(), 1, 'where it left off');
select ok(private.audit_head() ~ ('^' || to_char(now() at time zone 'UTC', 'YYYY-MM') || ' #\d+ [0-9a-f]{64}$'), 'The head can be written down elsewhere');

select tests.as_user('manager.fremont@demo.test');
select is(tests.verify() ->> 'code', 'NOT_ALLOWED', 'A manager can NOT verify what is not all theirs to read');
select tests.as_user('admin@demo.test');
select is(tests.verify() - array['entries', 'head', 'sealed_at', 'month'], '{"intact": true, "broken": null, "unsealed": 1}', 'Head office CAN verify; nothing is broken, and the refusal above waits for its seal');

-- As nobody but a forger with the database's own rights could do it: past the guard.
select tests.as_owner();
select throws_ok($$update audit_log set hash = null, chain_no = null, prev_hash = null where chain_no = 5$$, 'PT403', null, 'A seal can NOT be taken off');
select throws_ok($$update audit_log set changes = '{}', hash = prev_hash where chain_no = 5$$, 'PT403', null, 'nor an entry be changed while it is sealed');
create temp table sound as select id, occurred_at, changes from audit_log where chain_no = 7 and occurred_at >= tests.month();
set local session_replication_role = replica;

update audit_log set changes = changes || '{"forged": {"new": 1}}' where id = (select id from sound);
select is(tests.verify() #>> '{broken,problem}', null, 'Who has no permission learns nothing');
select is((private.broken_entry(date_trunc('month', now() at time zone 'UTC')::date) - 'occurred_at'),
	jsonb_build_object('chain_no', 7, 'entry_id', (select id from sound), 'problem', 'changed'), 'A changed entry is found, the first one');
update audit_log a set changes = s.changes from sound s where a.id = s.id;
select is(private.broken_entry(date_trunc('month', now() at time zone 'UTC')::date), null, 'and sound again once it is put back');

delete from audit_log where chain_no = 9 and occurred_at >= tests.month();
select is(private.broken_entry(date_trunc('month', now() at time zone 'UTC')::date) ->> 'problem', 'removed', 'A removed entry is found');
select is(private.broken_entry(date_trunc('month', now() at time zone 'UTC')::date) ->> 'chain_no', '9', 'by its number');
update audit_log set chain_no = chain_no - 1 where chain_no > 9 and occurred_at >= tests.month();
select is(private.broken_entry(date_trunc('month', now() at time zone 'UTC')::date) ->> 'problem', 'changed', 'also where the others move up');

update audit_log set chain_no = chain_no + 1 where chain_no >= 9 and occurred_at >= tests.month();
delete from audit_log where chain_no >= 9 and occurred_at >= tests.month();
select is(private.broken_entry(date_trunc('month', now() at time zone 'UTC')::date) - 'occurred_at', '{"chain_no": 9, "entry_id": null, "problem": "removed"}',
	'Entries cut off at the end are missed');
truncate private.audit_chain_heads;
set local session_replication_role = origin;
select tests.as_user('admin@demo.test');
select is(tests.verify() ->> 'intact', 'false', 'A chain without its head is not intact');

select * from finish();
