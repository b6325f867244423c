select plan(41);

select tests.only_chefs(2);
select tests.as_anon();
create temp table one as select create_booking(tests.wish(tests.slot(100), jsonb_build_object('contact', tests.contact(1)))) as b;
grant all on one to public;
select tests.as_owner();
create function tests.one() returns uuid language sql stable set search_path = public, pg_temp as $$ select (b ->> 'booking_id')::uuid from one $$;
create function tests.trash(p_id uuid default tests.one(), p_table text default 'bookings', p_reason text default 'Entered twice by mistake') returns text
	language sql set search_path = '' as $$ select coalesce(a ->> 'code', 'deleted') from public.delete_record(p_table, p_id, p_reason) a $$;
create function tests.back(p_id uuid default tests.one(), p_table text default 'bookings', p_chef uuid default null) returns text
	language sql set search_path = '' as $$ select coalesce(a ->> 'code', 'restored') from public.restore_record(p_table, p_id, p_chef) a $$;
grant execute on all functions in schema tests to public;
update bookings set status = 'confirmed', hold_expires_at = null, confirmed_at = now() where id = tests.one();
create temp table was as select chef_id, customer_id, version from bookings where id = tests.one();
grant all on was to public;

-- Who may
select tests.as_anon();
select is(tests.code('select tests.trash()'), '42501', 'A visitor can NOT delete');
select tests.as_customer('person1@example.test');
select is(tests.trash(), 'NOT_FOUND', 'A customer can NOT delete a booking');
select tests.as_user('chef.fremont@demo.test');
select is(tests.trash(), 'NOT_FOUND', 'A chef can NOT delete a booking');
select tests.as_user('support@demo.test');
select is(tests.trash(), 'NOT_ALLOWED', 'Support can NOT delete a booking');
select tests.as_user('manager.sacramento@demo.test');
select is(tests.trash(), 'NOT_FOUND', 'A manager can NOT delete another station''s booking');
select tests.as_user('manager.fremont@demo.test');
select is(tests.trash(p_reason => 'too short'), 'INVALID_REQUEST', 'A deletion needs a reason of 10 characters');
select is(tests.trash(p_reason => repeat('x', 501)), 'INVALID_REQUEST', 'and of 500 at most');
select is(tests.trash(p_table => 'staff'), 'INVALID_REQUEST', 'Only what has a trash is deleted');
select is(tests.code($$update chefs set deleted_at = now(), delete_reason = 'past the function'$$), '42501', 'Nobody deletes past the function');

-- Gone everywhere
select tests.as_user('manager.fremont@demo.test');
select is(tests.trash(), 'deleted', 'A manager CAN delete a booking of the own station');
select is(tests.trash(), 'NOT_FOUND', 'but not twice');
select is_empty('select id from bookings where id = tests.one()', 'A deleted booking is NOT read by staff');
select is(update_booking(tests.one(), 3, '{"notes": "x"}') ->> 'code', 'NOT_FOUND', 'nor edited');
select tests.as_user('super_admin@demo.test');
select is_empty('select id from bookings where id = tests.one()', 'nor read by a super admin');
select tests.as_anon();
select is(get_booking((select b ->> 'access_token' from one)) ->> 'code', 'NOT_FOUND', 'nor opened by its guest');
select tests.as_owner();
select is((select count(*)::int from chef_reservations where booking_id = tests.one() and released_at is null), 0, 'Its chef is free');
select is((select array[deleted_by::text, delete_reason] from bookings where id = tests.one()),
	array[tests.user_id('manager.fremont@demo.test')::text, 'Entered twice by mistake'], 'The row says who deleted it, and why');
select is((select actor from audit_log where row_id = tests.one()::text and action = 'update' and changes ? 'deleted_at'), 'user:' || tests.user_id('manager.fremont@demo.test'), 'and so does the audit');

-- The trash
select tests.as_user('manager.fremont@demo.test');
select results_eq($$select table_name, label, reason, deleted_by_name is not null, restorable_until > now() + interval '29 days' from trash_items('bookings')$$,
	$$select 'bookings', b ->> 'reference', 'Entered twice by mistake', true, true from one$$, 'The trash of the own station says what, why, who and until when');
select tests.as_user('manager.sacramento@demo.test');
select is_empty($$select id from trash_items()$$, 'A manager does NOT see another station''s trash');
select tests.as_user('support@demo.test');
select is_empty($$select id from trash_items()$$, 'Support sees no trash');
select is(tests.back(), 'NOT_FOUND', 'nor can support restore');

-- Back
select tests.as_user('manager.fremont@demo.test');
select is(tests.back(), 'restored', 'A manager CAN restore');
select results_eq('select chef_id, deleted_by, delete_reason from bookings where id = tests.one()', 'select chef_id, null::uuid, null::text from was',
	'What was restored is as it was');
select is((select r.chef_id from chef_reservations r where booking_id = tests.one() and released_at is null), (select chef_id from was), 'with its chef reserved again');

-- Back, when the chef was taken
select is(tests.trash(), 'deleted', 'Deleted again');
select tests.as_anon();
create temp table two as select create_booking(tests.wish(tests.slot(100), jsonb_build_object('contact', tests.contact(2)))) as b;
grant all on two to public;
select tests.as_owner();
update bookings set status = 'confirmed', hold_expires_at = null, confirmed_at = now() where id = (select (b ->> 'booking_id')::uuid from two);
-- whoever was drawn for the second: make it the chef of the first
select tests.as_user('admin@demo.test');
select ok(coalesce(assign_chef((select (b ->> 'booking_id')::uuid from two), (select chef_id from was)) ->> 'code', '') = '', 'Its chef is given to another booking');
create temp table refused as select restore_record('bookings', tests.one()) as a;
select is((select array[a ->> 'code', a #>> '{details,held_by,reference}', jsonb_array_length(a #> '{details,free}')::text] from refused),
	array['CHEF_UNAVAILABLE', (select b ->> 'reference' from two), '1'], 'Restoring says who holds the slot, and who is free');
select is_empty('select id from bookings where id = tests.one()', 'and leaves the booking in the trash');
select is(tests.back(p_chef => (select (a #>> '{details,free,0,chef_id}')::uuid from refused)), 'restored', 'It CAN come back with a chef who is free');
select is(tests.code(format('select tests.back(%L)', tests.one())), null, 'Restoring what is not deleted breaks nothing');

-- Other tables
select is(tests.trash((select customer_id from was), 'customers'), 'RECORD_IN_USE', 'A customer with a coming event can NOT be deleted');
select is(tests.trash((select chef_id from was), 'chefs'), 'RECORD_IN_USE', 'nor a chef');
select is(tests.trash((select id from menu_items where code = 'chicken'), 'menu_items'), 'deleted', 'Head office CAN delete a menu item');
insert into menu_items (code, name, kind) values ('chicken', 'Chicken, again', 'protein');
select is(tests.back((select id from trash_items('menu_items')), 'menu_items'), 'DUPLICATE_RECORD', 'It can NOT come back beside another one of its code');
select tests.as_user('manager.fremont@demo.test');
select is(tests.trash((select id from menu_items where code = 'shrimp'), 'menu_items'), 'NOT_ALLOWED', 'A manager can NOT delete what is the company''s');

-- The purge
select tests.as_anon();
create temp table plain as select (create_booking(tests.wish(tests.slot(5),
	'{"contact": {"name": "Sam", "email": "sam@example.test", "phone": "+15102345679"}}')) ->> 'booking_id')::uuid as id;
select tests.as_owner();
update bookings set deleted_at = now() - interval '31 days', delete_reason = 'Entered twice by mistake' where id = (select id from plain);
update bookings set deleted_at = now() - interval '31 days', delete_reason = 'Entered twice by mistake' where id = tests.one();
update leads set deleted_at = now() - interval '29 days', delete_reason = 'Nobody of that name' where id = (select id from leads limit 1);
select is(private.purge_trash(), 1, 'What is in the trash for more than 30 days is purged');
select is((select count(*)::int from bookings where id = (select id from plain)), 0, 'for good');
select is((select row(contact_name, contact_phone, venue_line1, notes)::text from bookings where id = tests.one()), '(,,Removed,"")',
	'A booking that the books need stays, and nothing in it tells who it was');
select is((select count(*)::int from audit_log where row_id = (select id::text from plain) and table_name = 'bookings' and action = 'delete' and actor = 'job:trash-purge'), 1, 'The audit keeps what it was');
update customers set deleted_at = now() - interval '31 days', delete_reason = 'Asked to be forgotten' where id = (select customer_id from bookings where id = (select (b ->> 'booking_id')::uuid from two));
select private.purge_trash();
select is((select name from customers where id = (select customer_id from bookings where id = (select (b ->> 'booking_id')::uuid from two))), 'Deleted customer',
	'A customer whom bookings still need keeps nothing that tells who it was');

select * from finish();
