select plan(22);

select tests.as_anon();
select is(create_booking(tests.wish(tests.slot())) ->> 'status', 'pending', 'Given a guest''s booking in Fremont,');
select tests.as_customer('robin@example.test');
select is((link_my_customer() ->> 'linked')::boolean, true, 'whose customer signs in:');
select tests.as_owner();
create temp table robin as select id from customers where email = 'robin@example.test';
grant all on robin to public;
delete from realtime.messages;

select tests.as_user('support@demo.test');
select is(tests.touched('insert into customer_notes (customer_id, note) select id, ''Pays in cash, counts twice'' from robin'), 1, 'Support CAN write a note');
select is((select author_name from customer_notes where customer_id = (select id from robin)), 'Sam Okafor', 'which is signed by who wrote it');
select is(tests.touched('update customer_notes set note = ''Pays by card'' where customer_id = (select id from robin)'), 1, 'and CAN correct it');
select is(tests.touched('update customer_notes set author_name = ''Somebody''' ), null, 'Nobody signs for another');
select is(tests.touched('delete from customer_notes'), null, 'Nobody deletes a note');
select tests.as_owner();
select is((select array_agg(distinct topic) from realtime.messages where event = 'customer_changed'), array['station:' || tests.station('fremont') || ':customers'],
	'Open pages of the customer''s station hear of it,');
select ok(not exists (select from realtime.messages where payload::text ~ 'cash|card|@|Robin'), 'without a word of it');

select tests.as_user('manager.fremont@demo.test');
select is((select count(*)::int from customer_notes where customer_id = (select id from robin)), 1, 'A manager reads the notes of the own station''s customers');
select is(tests.code('insert into customer_notes (customer_id, note) select id, ''x'' from robin'), '42501', 'and can NOT write them');
select tests.as_user('manager.sacramento@demo.test');
select is((select count(*)::int from customer_notes), 0, 'A manager can NOT read another station''s');
select is(private.may_join('station:' || tests.station('fremont') || ':customers', 'broadcast'), false, 'nor listen to its customers');
select tests.as_user('chef.fremont@demo.test');
select is(private.may_join('station:' || tests.station('fremont') || ':customers', 'broadcast'), false, 'A chef can NOT listen to customers');
select tests.as_user('manager.fremont@demo.test');
select is(private.may_join('station:' || tests.station('fremont') || ':customers', 'broadcast'), true, 'A manager CAN listen to the own station''s');
select tests.as_user('robin@example.test');
select is((select count(*)::int from customer_notes), 0, 'The customer can NOT read what staff note');

select tests.as_owner();
delete from realtime.messages;
insert into customers (name, email) values ('Noor Haddad', 'noor@example.test');
select is((select array_agg(topic) from realtime.messages where event = 'customer_changed'), array['staff:customers'], 'A customer whom no station knows is told to head office');
select ok(not exists (select from realtime.messages where payload::text ~ '@|Noor'), 'without a name');
insert into customer_notes (customer_id, note) select id, 'Asked about a wedding' from customers where email = 'noor@example.test';
select is((select count(*)::int from realtime.messages where topic = 'staff:customers'), 2, 'and so is a note about them');
delete from realtime.messages;
update customers set station_ids = array[tests.station('fremont')] where email = 'noor@example.test';
select is((select array_agg(topic order by topic) from realtime.messages where event = 'customer_changed'),
	array['staff:customers', 'station:' || tests.station('fremont') || ':customers'], 'Once a station knows them, both hear it');
delete from realtime.messages;
update customers set name = 'Noor H.' where email = 'noor@example.test';
select is((select array_agg(topic) from realtime.messages where event = 'customer_changed'), array['station:' || tests.station('fremont') || ':customers'], 'and from then on the station');
select tests.as_user('manager.fremont@demo.test');
select is(private.may_join('staff:customers', 'broadcast'), false, 'A manager can NOT listen to head office''s');

select * from finish();
