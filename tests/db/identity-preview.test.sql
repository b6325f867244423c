select plan(17);

select tests.as_user('super_admin@demo.test');
create temp view chef_preview as select preview_role('chef', tests.station('fremont')) as p;
create temp view manager_preview as select preview_role('station_manager', tests.station('fremont')) as p;

select set_eq($$select (p -> 'permissions' -> 0 ->> 'station_id')::uuid from chef_preview$$, $$select tests.station('fremont')$$, 'The preview says where a permission holds');
select is((select p -> 'rows' ->> 'bookings' from chef_preview), '0', 'A chef will see no bookings');
select is((select p -> 'rows' ->> 'payments' from chef_preview), '0', 'and no money');
create temp table seen as
	select (select (p -> 'rows' ->> 'bookings')::int from manager_preview) as previewed, 0 as real;
select ok((select previewed from seen) > 0, 'A station manager will see bookings');
grant all on seen to public;
select tests.as_user('manager.fremont@demo.test');
update seen set real = (select count(*) from bookings);
select is((select previewed from seen), (select real from seen), 'The preview counts what the manager really sees');
select tests.as_user('admin@demo.test');
select is(preview_role('super_admin') -> 'permissions' @> '[{"permission": "roles.manage", "station_id": null}]', true, 'Who may see users CAN preview a higher role');
select is((preview_role('customer_support', null, array['leads.read']) -> 'permissions'), '[{"permission": "leads.read", "station_id": null}]', 'A change can be previewed before it is made');
select is((preview_role('customer_support', null, array['leads.read']) -> 'rows' ->> 'bookings'), '0', 'Rows follow the previewed change');
select is((preview_role('admin', null, null, 1) -> 'rows' ->> 'bookings'), '1', 'Counting stops where it was told to');
select set_config('request.jwt.claim.sub', auth.uid()::text, true);
select is((preview_role('chef', tests.station('fremont')) -> 'rows' ->> 'bookings'), '0', 'Whichever way the request says who asks, the preview is not them');
select is(tests.code($$select preview_role('chef')$$), 'INVALID_REQUEST', 'A role for a station can NOT be previewed without one');
select is(tests.code($$select preview_role('no_such_role')$$), 'NOT_FOUND', 'What is no role can NOT be previewed');
select is(auth.uid(), tests.user_id('admin@demo.test'), 'Who previewed is themselves again');
select set_config('request.jwt.claim.sub', '', true);
select tests.as_user('manager.fremont@demo.test');
select is(tests.code($$select preview_role('super_admin')$$), 'NOT_ALLOWED', 'A station manager can NOT preview roles');
select tests.as_anon();
select is(tests.code($$select preview_role('super_admin')$$), '42501', 'A visitor can NOT preview roles');
select tests.as_owner();
select is_empty($$select id from auth.users where email like '%@preview.invalid'$$, 'A preview leaves nobody behind');
select ok((select count(*) > 5 from role_permissions where role = 'customer_support'), 'A preview changes no role');

select * from finish();
