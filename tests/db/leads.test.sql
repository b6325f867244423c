select plan(40);

create function tests.lead(p jsonb) returns jsonb language sql volatile set search_path = '' as $$ select public.capture_lead('{"source": "contact"}'::jsonb || p) $$;
create function tests.fields(p jsonb) returns text[] language sql volatile set search_path = '' as $$ select array(select jsonb_object_keys(tests.lead(p) #> '{details,fields}') order by 1) $$;
grant execute on function tests.lead(jsonb), tests.fields(jsonb) to public;

-- Keeping
select tests.as_anon();
create temp table first as select (tests.lead('{"contact": {"name": "Ana", "email": " Ana@Example.test "}, "zip": "94538", "notes": "Two grills?"}') ->> 'lead_id')::uuid as id;
grant all on first to public;
select isnt((select id from first), null, 'A visitor CAN leave an e-mail');
select is((tests.lead('{"source": "abandoned_form", "contact": {"email": "ana@example.test", "phone": "(510) 234-5678", "sms_consent": true}, "adults": 14}') ->> 'lead_id')::uuid, (select id from first), 'The same person asking again is the same lead');
select is((tests.lead('{"source": "call", "contact": {"phone": "+15102345678"}, "notes": "Called."}') ->> 'lead_id')::uuid, (select id from first), 'also by the phone alone');
select tests.as_owner();
select results_eq(format('select name, email, phone, sms_consent, adults, source, notes, station_id, status from leads where id = %L', (select id from first)),
	format($$values ('Ana'::text, 'ana@example.test'::text, '+15102345678'::text, true, 14, 'contact'::text, E'Two grills?\nCalled.'::text, %L::uuid, 'new'::text)$$, tests.station('fremont')),
	'who keeps what was told before, and where they first came from');
select is(tests.lead('{"contact": {"email": "ana@example.test"}, "zip": "94538", "adults": 14}') ? 'lead_id', true, 'A lead with a party and a place');
select is((select quote ->> 'total_cents' from leads where id = (select id from first)), '77000', 'keeps its quote');
select is((select count(*)::int from pgboss.job where name = 'lead-follow-up' and data ->> 'lead_id' = (select id::text from first)), 1, 'A new lead is followed up, once');
select is((select count(*)::int from realtime.messages where topic = 'station:' || tests.station('fremont') || ':leads' and event = 'lead_changed' and payload ->> 'id' = (select id::text from first)) >= 2, true, 'and the station''s list is told');
select ok(not exists (select from realtime.messages where event = 'lead_changed' and payload::text ~ '@|Ana|\+1'), 'without anybody''s name, e-mail or phone');
select tests.as_anon();
create temp table number_only as select (tests.lead('{"source": "call", "contact": {"phone": "5102340001"}}') ->> 'lead_id')::uuid as id;
grant all on number_only to public;
select is((tests.lead('{"contact": {"email": "bo@example.test", "phone": "5102340001"}}') ->> 'lead_id')::uuid, (select id from number_only), 'A lead of a number alone gets its e-mail');
select is((tests.lead('{"contact": {"email": "di@example.test", "name": "Di"}, "adults": 20}') ->> 'lead_id') is not null, true, 'Who left an e-mail');
select is((tests.lead('{"contact": {"phone": "5102340002"}, "zip": "94538", "notes": "Gate code 7"}') ->> 'lead_id') is not null, true, 'and called another time');
select is((tests.lead('{"contact": {"email": "di@example.test", "phone": "5102340002"}}') ->> 'lead_id') is not null, true, 'is one person once both are known');
select tests.as_owner();
select results_eq($$select name, email, phone, adults, zip, notes from leads where (email = 'di@example.test' or phone = '+15102340002') and deleted_at is null$$, $$values ('Di'::text, 'di@example.test'::text, '+15102340002'::text, 20, '94538'::text, 'Gate code 7'::text)$$, 'and one lead, which knows all that was told');
select tests.as_anon();
select isnt((tests.lead('{"contact": {"email": "cy@example.test", "phone": "5102340001"}}') ->> 'lead_id')::uuid, (select id from number_only), 'Two e-mails with one number are two people');
select tests.as_owner();
select is((select score > 40 from leads where id = (select id from first)), true, 'The score says how likely and how large');

-- Bad input
select tests.as_anon();
select is(tests.fields('{"contact": {"name": "Ana"}}'), array['contact.email'], 'A lead that can not be reached is told so');
select is(tests.fields('{"contact": {"email": "ana", "phone": "1"}}'), array['contact.email', 'contact.phone'], 'as is who mistypes');
select is(tests.fields('{"contact": {"email": "a@example.test"}, "status": "converted", "score": 100}'), array['score', 'status'], 'Unknown fields are refused');
select is(tests.fields(jsonb_build_object('contact', tests.contact(1), 'notes', repeat('x', 10000))), array['notes'], 'as are 10,000 characters');
select is(tests.fields('{"contact": {"email": "a@example.test"}, "adults": -1, "zip": "9", "event_at": "soon", "items": {}, "utm": []}'), array['adults', 'event_at', 'items', 'utm', 'zip'], 'and numbers, dates and lists that are none');
select is((select count(*)::int from unnest(array['[1]', '[{"code": "<b>", "quantity": 1}]', '[{"code": "addon_sake", "quantity": -9}]', '[{"code": "addon_sake", "quantity": 1, "foo": []}]', '[{"quantity": 1}]']) i where tests.fields(jsonb_build_object('contact', tests.contact(1), 'items', i::jsonb)) <> array['items']), 0, 'and items that are none');
select is(tests.fields(jsonb_build_object('contact', tests.contact(1), 'items', (select jsonb_agg(jsonb_build_object('code', 'addon_sake', 'quantity', 1)) from generate_series(1, 51)))), array['items'], 'and more than fifty of them');
select is(tests.code('select capture_lead(''7'')'), 'INVALID_REQUEST', 'and what is no request at all');
select is(tests.lead('{"contact": {"email": "d@example.test"}, "zip": "00000"}') ? 'lead_id', true, 'An unknown ZIP loses no lead');
select tests.as_owner();
insert into private.settings values ('rate_limits', 'on') on conflict (key) do update set value = 'on';
select tests.as_anon();
select is((select count(*)::int from generate_series(1, 22) n where tests.lead('{"contact": {"email": "often@example.test"}}') ->> 'code' = 'RATE_LIMITED'), 2, 'One person can NOT write without end');
select tests.as_owner();
update private.settings set value = 'off' where key = 'rate_limits';

-- Converting
select tests.as_anon();
select is(create_booking(tests.wish(tests.slot(), '{"contact": {"name": "Ana", "email": "ana@example.test", "phone": "5102345678"}}')) ->> 'status', 'pending', 'When that person books,');
select tests.as_owner();
select ok((select l.status = 'converted' and b.event_at = tests.slot() and l.customer_id = b.customer_id from leads l join bookings b on b.id = l.booking_id where l.id = (select id from first)), 'the lead is converted and linked by itself');
select isnt((select (tests.lead('{"contact": {"email": "ana@example.test"}}') ->> 'lead_id')::uuid), (select id from first), 'Asking again later is a new lead');
update feature_flags set enabled = false where key = 'failed_booking_lead_capture';
select is(create_booking(tests.wish(now() + interval '30 hours', jsonb_build_object('contact', tests.contact(30)))) #>> '{details,lead_id}', null, 'With the flag off a failed booking makes no lead');

-- Working on leads
select tests.as_user('manager.fremont@demo.test');
select is(tests.touched(format('update leads set status = ''contacted'' where id = %L', (select id from number_only))), 0, 'A manager can NOT touch a lead without a station');
select is(tests.touched('update leads set status = ''contacted'' where email = ''harper.quinn@example.test'''), 1, 'A manager CAN work on the own station''s leads');
select is(tests.code('update leads set status = ''new'' where email = ''harper.quinn@example.test'''), 'INVALID_REQUEST', 'A lead can NOT go back to new');
select is(tests.touched('update leads set status = ''lost'' where email = ''harper.quinn@example.test'''), 1, 'A lead CAN be lost');
select is(tests.touched('update leads set email = ''x@example.test'''), null, 'Nobody rewrites who a lead is');
select is((select count(*)::int from leads where email = 'tariq.aziz@example.test'), 0, 'A manager can NOT read another station''s leads');
select tests.as_user('support@demo.test');
select is(tests.touched(format('update leads set status = ''qualified'' where id = %L', (select id from number_only))), 1, 'Support CAN work on every lead');
select tests.as_user('chef.fremont@demo.test');
select is((select count(*)::int from leads), 0, 'A chef can NOT read leads');
select tests.as_customer('ana@example.test');
select is((select count(*)::int from leads), 0, 'nor a customer');
select tests.as_anon();
select is(tests.code('select count(*) from leads'), '42501', 'nor a visitor');

select * from finish();
