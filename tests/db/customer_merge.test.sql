select plan(49);

-- Two of the same: one booked in Fremont and signs in later, the other is a guest of Sacramento
create function tests.sacramento(p_n integer, p_contact jsonb) returns jsonb language sql volatile set search_path = '' as $$
	select tests.wish(tests.slot(p_n, p_slug => 'sacramento'), jsonb_build_object('zip', '95814', 'contact', p_contact,
		'venue', '{"line1": "1 Test Street", "line2": "", "city": "Sacramento", "state": "CA", "zip": "95814"}'::jsonb)) $$;
create function tests.merge(p_keep uuid, p_merge uuid, p_take jsonb default '{}', p_reason text default 'The same person, booked twice') returns text
	language sql set search_path = '' as $$ select coalesce(a ->> 'code', 'merged') from public.merge_customers(p_keep, p_merge, p_reason, p_take) a $$;
grant execute on all functions in schema tests to public;
select tests.as_anon();
select is(create_booking(tests.wish(tests.slot(), '{"contact": {"name": "Robin Rivera", "email": "robin.rivera@example.test", "phone": "+15102345678", "sms_consent": true}}')) ->> 'status', 'pending', 'Given a customer of Fremont');
select is(create_booking(tests.sacramento(100, '{"name": "Robyn Rivera", "email": "robinrivera+party@example.test", "phone": "+15102345678", "sms_consent": false}')) ->> 'status', 'pending', 'and one of Sacramento');
select is(create_booking(tests.wish(tests.slot(101), '{"contact": {"name": "Zelda Quist", "email": "zelda@example.test", "phone": "+15102340001", "sms_consent": false}}')) ->> 'status', 'pending', 'and somebody else,');
select tests.as_customer('robinrivera+party@example.test');
select is((link_my_customer() ->> 'linked')::boolean, true, 'the second with a sign-in:');
select tests.as_owner();
create temp table who as select
	(select id from customers where email = 'robin.rivera@example.test') as a,
	(select id from customers where email = 'robinrivera+party@example.test') as b,
	(select id from customers where email = 'zelda@example.test') as z;
grant all on who to public;
insert into leads (customer_id, station_id, email, source) values ((select b from who), tests.station('sacramento'), 'robinrivera+party@example.test', 'website');
insert into customer_notes (customer_id, note) values ((select b from who), 'Has a dog');
update customers set notes = 'Gate code 12' where id = (select a from who);
update customers set notes = 'No sesame' where id = (select b from who);

-- A table to come, of another capability, with a key of its own and one that a customer has once
create table private.later_cards (customer_id uuid primary key references public.customers (id) on delete cascade, card text);
create table private.later_gifts (id int primary key, giver uuid references public.customers (id) on delete restrict);
insert into private.later_cards select a, 'of a' from who union all select b, 'of b' from who union all select z, 'of z' from who;
insert into private.later_gifts select 1, b from who union all select 2, b from who union all select 3, z from who;

-- Likeness
select tests.as_user('support@demo.test');
select results_eq('select id, has_sign_in, reasons from customer_duplicates((select a from who))', $$select b, true, array['phone', 'email', 'name'] from who$$,
	'Who has the same number, mailbox and nearly the same name may be the same');
select is_empty('select id from customer_duplicates((select z from who))', 'Somebody else is not');
select tests.as_user('manager.fremont@demo.test');
select is_empty('select id from customer_duplicates((select a from who))', 'A manager does NOT see another station''s among them');
select is_empty('select id from customer_duplicates((select b from who))', 'nor asks for another station''s');
select tests.as_user('chef.fremont@demo.test');
select is_empty('select id from customer_duplicates((select a from who))', 'A chef sees none');
select tests.as_user('robinrivera+party@example.test');
select is_empty('select id from customer_duplicates((select b from who))', 'nor does the customer');

-- Who may
select is(tests.merge((select a from who), (select b from who)), 'NOT_FOUND', 'A customer can NOT merge');
select tests.as_anon();
select is(tests.code('select merge_customers(a, b, ''The same person, booked twice'') from who'), '42501', 'nor a visitor');
select tests.as_user('chef.fremont@demo.test');
select is(tests.merge((select a from who), (select b from who)), 'NOT_FOUND', 'nor a chef');
select tests.as_user('manager.fremont@demo.test');
select is(tests.merge((select a from who), (select z from who)), 'NOT_ALLOWED', 'A manager reads customers and can NOT merge them');
select is(preview_customer_merge((select a from who), (select z from who)) ->> 'code', 'NOT_ALLOWED', 'nor look what it would do');
select tests.as_owner();
insert into role_permissions values ('station_manager', 'customers.write');
select tests.as_user('manager.fremont@demo.test');
select is(tests.merge((select a from who), (select b from who)), 'NOT_FOUND', 'Who may edit customers of one station can NOT merge another''s into them');
select tests.as_owner();
update customers set station_ids = station_ids || tests.station('fremont') where id = (select b from who);
select tests.as_user('manager.fremont@demo.test');
select is(tests.merge((select a from who), (select b from who)), 'NOT_ALLOWED', 'nor one that another station knows as well');

-- What is refused
select tests.as_user('support@demo.test');
select is(tests.merge((select a from who), (select a from who)), 'INVALID_REQUEST', 'A customer can NOT be merged with itself');
select is(tests.merge((select a from who), (select b from who), p_reason => 'too short'), 'INVALID_REQUEST', 'A merge needs a reason');
select is(tests.merge((select a from who), (select b from who), '{"user_id": "merge"}'), 'INVALID_REQUEST', 'Only contact fields are chosen');
select is(tests.merge((select a from who), (select b from who), '{"name": "other"}'), 'INVALID_REQUEST', 'of one of the two');
select is(tests.merge((select a from who), (select b from who), '["name"]'), 'INVALID_REQUEST', 'by name');
select is(tests.merge((select a from who), gen_random_uuid()), 'NOT_FOUND', 'Both must be there');
select tests.as_owner();
update customers set user_id = tests.make_user('robin.rivera@example.test') where id = (select a from who);
select tests.as_user('support@demo.test');
select is(tests.merge((select a from who), (select b from who)), 'TWO_SIGN_INS', 'Two sign-ins are NOT merged');
select is(preview_customer_merge((select a from who), (select b from who)) ->> 'sign_in', 'both', 'which the preview says');
select tests.as_owner();
update customers set user_id = null where id = (select a from who);
create temp table before as select (select count(*) from bookings) as bookings, (select version from customers where id = (select a from who)) as version;
grant all on before to public;
delete from realtime.messages;

-- The merge
select tests.as_user('support@demo.test');
select is(preview_customer_merge((select a from who), (select b from who)),
	'{"moves": {"bookings": 1, "customer_notes": 1, "later_cards": 1, "later_gifts": 2, "leads": 1}, "sign_in": "merge"}', 'The preview counts what moves, also of tables to come');
create temp table done as select merge_customers((select a from who), (select b from who), 'The same person, booked twice',
	'{"name": "keep", "phone": "keep", "sms_consent": "keep", "notes": "both"}') as answer;
grant all on done to public;
select is((select answer - 'version' from done), (select jsonb_build_object('customer_id', a, 'merged_id', b,
	'moved', '{"bookings": 1, "customer_notes": 1, "later_gifts": 2, "leads": 1}'::jsonb, 'left', '{"later_cards": 1}'::jsonb) from who), 'Merging says what moved, and what both have once only');
select results_eq('select name, email, phone, sms_consent, notes, user_id from customers where id = (select a from who)',
	$$select 'Robin Rivera'::text, 'robinrivera+party@example.test'::text, '+15102345678'::text, true, E'Gate code 12\nNo sesame', tests.user_id('robinrivera+party@example.test')$$,
	'The one that stays has what was chosen, the sign-in and the address that it proves');
select is((select count(*)::int from bookings where customer_id = (select a from who)), 2, 'both bookings');
select is((select count(*)::int from leads where customer_id = (select a from who)), 1, 'the lead');
select is((select count(*)::int from customer_notes where customer_id = (select a from who)), 1, 'and the notes');
select is_empty('select id from customers where id = (select b from who)', 'The other is gone');
select is(customer_merged_into((select b from who)), (select a from who), 'and leads to the one that stays');
select tests.as_owner();
select is((select count(*)::int from private.later_gifts where giver = (select a from who)), 2, 'A table to come is covered by its foreign key');
select is((select array_agg(card order by card) from private.later_cards where customer_id in (select a from who union all select b from who)), array['of a', 'of b'], 'What a customer has once is lost on neither side');
select is((select count(*)::int from private.later_gifts where giver = (select z from who)), 1, 'Nobody else''s is touched');
select is((select array_agg(distinct s order by s) from customers c, unnest(c.station_ids) s where c.id = (select a from who)),
	(select array_agg(s order by s) from unnest(array[tests.station('fremont'), tests.station('sacramento')]) s), 'Both stations know the one that stays');
select is((select array[(changes #>> '{merged_into,new}'), actor] from audit_log where table_name = 'customers' and row_id = (select b::text from who) and action = 'update' and changes ? 'merged_into'),
	(select array[a::text, 'user:' || tests.user_id('support@demo.test')] from who), 'The audit says who merged which');
select ok(exists (select from realtime.messages where event = 'customer_changed' and payload ->> 'id' = (select b::text from who) and payload ->> 'op' = 'DELETE'
	and topic = 'station:' || tests.station('sacramento') || ':customers'), 'Open lists hear that one is gone');
select tests.as_user('robinrivera+party@example.test');
select is((select count(*)::int from bookings), 2, 'The customer sees both bookings with the one sign-in');
select tests.as_user('manager.sacramento@demo.test');
select is((select count(*)::int from bookings where customer_id = (select a from who)), 1, 'A manager still sees only the own station''s');

-- Afterwards
select tests.as_user('support@demo.test');
select is(tests.merge((select a from who), (select b from who)), 'NOT_FOUND', 'Merging again finds nothing');
select tests.as_user('admin@demo.test');
select is(tests.code('select restore_record(''customers'', (select b from who))'), 'RECORD_IN_USE', 'A merged customer can NOT be restored');
select tests.as_user('support@demo.test');
select is(tests.merge((select z from who), (select a from who), '{"name": "merge", "email": "keep", "phone": "keep"}'), 'merged', 'The one that stayed CAN be merged again');
select is(customer_merged_into((select b from who)), (select z from who), 'and the first pointer follows');
select results_eq('select name, email, phone, sms_consent from customers where id = (select z from who)',
	$$values ('Robin Rivera'::text, 'zelda@example.test'::text, '+15102340001'::text, false)$$, 'Consent given for one number is NOT carried to another');
select tests.as_owner();
update customers set deleted_at = now() - interval '31 days' where id = (select b from who);
delete from private.later_cards;
select private.purge_trash();
select is((select count(*)::int from customers where id = (select b from who)), 0, 'After 30 days nothing is left of a merged one');
select is((select count(*)::int from bookings), (select bookings::int from before), 'and no booking is lost');
select is((select count(*)::int from private.customer_links() where link = 'private.later_cards'::regclass), 1, 'Links are found by what refers to customers, not by a list');

select * from finish();
