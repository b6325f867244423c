select plan(39);

-- What the roles may do
select tests.as_user('manager.fremont@demo.test');
select set_eq($$select private.stations_with('bookings.read')$$, $$select tests.station('fremont')$$, 'A station manager holds permissions for the own station');
select is_empty($$select private.stations_with('users.manage')$$, 'A station manager can NOT manage users');
select ok(my_permissions() @> jsonb_build_array(jsonb_build_object('permission', 'bookings.read', 'station_id', tests.station('fremont'))), 'my_permissions names the station');
select tests.as_user('support@demo.test');
select is((select count(*)::int from private.stations_with('bookings.read')), 3, 'A head-office role holds permissions for all stations');
select ok(my_permissions() @> '[{"permission": "bookings.read", "station_id": null}]', 'my_permissions says null for all stations');
select tests.as_customer('ana@example.test');
select is(my_permissions(), '[]', 'A customer has no permissions');
select is(private.has_permission('stations.read'), false, 'A customer holds no permission');
select is_empty($$select private.stations_with('stations.read')$$, 'A customer holds no permission for any station');
select tests.as_anon();
select is_empty($$select private.stations_with('stations.read')$$, 'A visitor holds no permission for any station');
select is(tests.code('select my_permissions()'), '42501', 'A visitor can NOT ask for permissions');
select tests.as_owner();
select ok(not exists (select permission from permissions except select permission from role_permissions where role = 'super_admin'), 'A super admin may do everything');
select set_eq($$select permission from permissions except select permission from role_permissions where role = 'admin'$$,
	array['taxes.report', 'users.manage', 'roles.manage', 'flags.manage', 'chefs.own', 'bookings.assigned'], 'An admin may do nearly everything');

-- A change holds with the next statement
select tests.as_user('chef.fremont@demo.test');
select is_empty($$select private.stations_with('bookings.read')$$, 'A chef can NOT read bookings');
select tests.as_owner();
delete from realtime.messages;
insert into role_permissions values ('chef', 'bookings.read');
select tests.as_user('chef.fremont@demo.test');
select set_eq($$select private.stations_with('bookings.read')$$, $$select tests.station('fremont')$$, 'A permission given to a role holds with the next statement');
select tests.as_owner();
delete from role_permissions where role = 'chef' and permission = 'bookings.read';
select is(
	(select count(*)::int from realtime.messages where topic = 'user:' || tests.user_id('chef.fremont@demo.test') and event = 'permissions_changed' and private),
	2, 'A change of permissions is told to the person''s open pages');

-- Granting
select tests.as_user('super_admin@demo.test');
select is(tests.touched(format('insert into user_roles (user_id, role) values (%L, %L)', tests.user_id('ana@example.test'), 'admin')), 1, 'A super admin CAN grant a role');
select is(tests.touched(format('delete from user_roles where user_id = %L', tests.user_id('ana@example.test'))), 1, 'A super admin CAN take a role');
select is(tests.code(format('insert into user_roles (user_id, role) values (%L, %L)', tests.user_id('super_admin@demo.test'), 'admin')), 'NOT_ALLOWED', 'A super admin can NOT grant to themselves');
select is(tests.touched(format('delete from user_roles where user_id = %L', tests.user_id('super_admin@demo.test'))), 0, 'A super admin can NOT take the own role');
select is(tests.code(format('insert into user_roles (user_id, role) values (%L, %L)', tests.user_id('ana@example.test'), 'chef')), 'INVALID_REQUEST', 'A chef can NOT be a chef of all stations');
select is(tests.code(format('insert into user_roles (user_id, role, station_id) values (%L, %L, %L)', tests.user_id('ana@example.test'), 'admin', tests.station('fremont'))), 'INVALID_REQUEST', 'An admin can NOT be an admin of one station');
select is(tests.code(format('update user_roles set role = %L where user_id = %L', 'admin', tests.user_id('support@demo.test'))), '42501', 'A grant can NOT be rewritten');
select tests.as_user('admin@demo.test');
select is(tests.code(format('insert into user_roles (user_id, role) values (%L, %L)', tests.user_id('ana@example.test'), 'customer_support')), '42501', 'An admin can NOT grant a role');
select is(tests.touched(format('delete from user_roles where user_id = %L', tests.user_id('support@demo.test'))), 0, 'An admin can NOT take a role');
select is(tests.code($$insert into role_permissions values ('admin', 'users.manage')$$), 'NOT_ALLOWED', 'An admin can NOT give the own role a permission');

-- An office role that manages users, yet may not do everything
select tests.as_owner();
insert into roles (role, label, description) values ('office', 'Office', 'Manages users.');
insert into role_permissions values ('office', 'users.manage'), ('office', 'users.read'), ('office', 'roles.manage'), ('office', 'stations.read');
select tests.grant_role('office@example.test', 'office');
select tests.as_user('office@example.test');
select is(tests.code(format('insert into user_roles (user_id, role) values (%L, %L)', tests.user_id('ana@example.test'), 'super_admin')), 'NOT_ALLOWED', 'Who manages users can NOT grant more than they have');
select is(tests.code(format('insert into user_roles (user_id, role) values (%L, %L)', tests.user_id('ana@example.test'), 'office')), null, 'Who manages users CAN grant what they have');
select is(tests.code($$insert into role_permissions values ('office', 'payments.refund')$$), 'NOT_ALLOWED', 'Who manages roles can NOT give a permission that they lack');
select is(tests.code($$delete from role_permissions where role = 'super_admin' and permission = 'users.manage'$$), 'NOT_ALLOWED', 'Super admins can NOT lose the means to manage users');

-- The last super admin
select tests.as_owner();
select is(tests.code($$delete from user_roles where role = 'super_admin'$$), 'NOT_ALLOWED', 'The last super admin can NOT be removed, by whomever');
select is(tests.code(format('delete from auth.users where id = %L', tests.user_id('super_admin@demo.test'))), 'NOT_ALLOWED', 'The last super admin''s sign-in can NOT be removed');
select tests.grant_role('second@example.test', 'super_admin');
select is(tests.code($$delete from user_roles where role = 'super_admin'$$), 'NOT_ALLOWED', 'All super admins can NOT be removed at once');
select is(tests.code(format('delete from user_roles where user_id = %L', tests.user_id('second@example.test'))), null, 'A super admin who is not the last CAN be removed');

-- Staff
select tests.as_user('manager.fremont@demo.test');
select set_eq($$select email from staff$$, array['manager.fremont@demo.test', 'chef.fremont@demo.test', 'mei.chen@demo.test', 'andre.baptiste@demo.test', 'hana.ito@demo.test', 'luis.ortega@demo.test', 'priya.nair@demo.test'], 'A manager CAN see the people and the chefs of the own station only');
select tests.as_user('chef.fremont@demo.test');
select set_eq($$select email from staff$$, array['chef.fremont@demo.test'], 'A chef CAN see the own entry only');
select is(tests.touched($$update staff set phone = '+15105550199'$$), 1, 'A chef CAN change the own phone');
select is(tests.touched($$update staff set email = 'x@example.test'$$), null, 'A chef can NOT change the own e-mail');
select tests.as_user('super_admin@demo.test');
select is(tests.touched($$update staff set phone = '+15105550198' where email = 'chef.sacramento@demo.test'$$), 1, 'A super admin CAN edit anybody');
select tests.as_customer('ben@example.test');
select is_empty('select email from staff', 'A customer can NOT see staff');

select * from finish();
