select plan(27);

-- A guest becomes a customer with a sign-in
select tests.as_anon();
select is(create_booking(tests.wish(tests.slot())) ->> 'status', 'pending', 'Given a guest''s booking,');
select is(tests.code('select link_my_customer()'), '42501', 'a visitor can NOT take it over');
select tests.as_owner();
insert into auth.users (id, aud, role, email, email_confirmed_at) values (gen_random_uuid(), 'authenticated', 'authenticated', 'eve@example.test', null);
select tests.as_user('eve@example.test');
select is((link_my_customer() ->> 'linked')::boolean, false, 'who signs up with another address has nothing to link');
select tests.as_customer('robin@example.test');
select is((select count(*)::int from bookings), 0, 'before linking nobody sees it,');
select is((link_my_customer() ->> 'linked')::boolean, true, 'who proves the same e-mail CAN link it');
select is((select count(*)::int from bookings), 1, 'and then sees it');
select is((link_my_customer() ->> 'linked')::boolean, false, 'once');
select is((select name from customers), 'Robin Rivera', 'A customer reads the own row only');

-- An address that is not verified proves nothing
select tests.as_owner();
select tests.as_anon();
select is(create_booking(tests.wish(tests.slot(101), jsonb_build_object('contact', tests.contact(7)))) ->> 'status', 'pending', 'Given another guest''s booking,');
select tests.as_owner();
insert into auth.users (id, aud, role, email, email_confirmed_at) values (gen_random_uuid(), 'authenticated', 'authenticated', 'person7@example.test', null);
select tests.as_user('person7@example.test');
select is((link_my_customer() ->> 'linked')::boolean, false, 'an unverified e-mail does NOT open it');
select is((select count(*)::int from bookings), 0, 'nor show it');

-- Whose data
select tests.as_anon();
select is(create_booking(tests.wish(tests.slot(102), '{"contact": {"name": "Somebody Else", "email": "ROBIN@example.test", "phone": "+15102345999", "sms_consent": true}}')) ->> 'status', 'pending', 'Who books with a known e-mail');
select tests.as_owner();
select results_eq($$select name, phone from customers where email = 'robin@example.test'$$, $$values ('Robin Rivera'::text, '+15102345678'::text)$$, 'does NOT overwrite that customer');
select results_eq($$select contact_name, contact_phone from bookings where event_at = tests.slot(102)$$, $$values ('Somebody Else'::text, '+15102345999'::text)$$, 'the booking keeps the contact it was given');
select is((select count(*)::int from customers where email = 'robin@example.test'), 1, 'and there is one customer of that e-mail');
select tests.as_user('support@demo.test');
select is(create_booking(tests.wish(tests.slot(103), jsonb_build_object('contact', tests.contact(8)))) ->> 'status', 'pending', 'Support CAN book on a customer''s behalf');
select is((select email from customers where email = 'person8@example.test'), 'person8@example.test', 'who is then the customer');
select tests.as_owner();
select is((select count(*)::int from customers where user_id = tests.user_id('support@demo.test')), 0, 'not support');

-- Writing
select tests.as_user('robin@example.test');
select is(tests.touched('update customers set phone = ''+15102340000'', sms_consent = false'), 1, 'A customer CAN change phone and consent, and nobody else''s');
select is((select sms_consent_at from customers), null, 'Consent withdrawn is undated');
select is(tests.code('update customers set email = ''boss@example.test'''), 'NOT_ALLOWED', 'A customer can NOT change the e-mail past the sign-in');
select is(tests.code('update customers set notes = ''VIP'''), 'NOT_ALLOWED', 'nor our notes');
select is(tests.touched('update customers set user_id = null'), null, 'nor whose it is');
select tests.as_user('manager.fremont@demo.test');
select ok((select count(*) > 0 from customers where email = 'robin@example.test'), 'A manager reads the customers of the own station');
select is(tests.touched('update customers set name = ''x'' where email = ''robin@example.test'''), 0, 'and can NOT edit them');
select tests.as_user('manager.sacramento@demo.test');
select is((select count(*)::int from customers where email = 'robin@example.test'), 0, 'A manager can NOT read another station''s');
select tests.as_user('chef.fremont@demo.test');
select is((select count(*)::int from customers), 0, 'A chef can NOT read customers');

select * from finish();
