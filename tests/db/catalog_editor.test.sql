select plan(15);
create function tests.kinds(p_kind text) returns text[] language sql stable set search_path = '' as $$
	select array_agg(code order by sort_order, code) from public.menu_items where kind = p_kind and deleted_at is null $$;
create function tests.item(p_code text) returns uuid language sql stable security definer set search_path = '' as $$
	select id from public.menu_items where code = p_code $$;
grant execute on all functions in schema tests to public;
delete from realtime.messages;

select tests.as_user('admin@demo.test');
select is(move_menu_item(tests.item('shrimp'), true) ->> 'moved', 'true', 'Who edits the menu CAN move an item up');
select is(tests.kinds('protein'), array['chicken', 'shrimp', 'ny_strip', 'calamari', 'tofu'], 'by one place');
select is(move_menu_item(tests.item('shrimp'), false) ->> 'moved', 'true', 'and down');
select is(tests.kinds('protein'), array['chicken', 'ny_strip', 'shrimp', 'calamari', 'tofu'], 'to where it was');
select is(move_menu_item(tests.item('chicken'), true) ->> 'moved', 'false', 'The first stays first');
select is(tests.kinds('upgrade'), array['upgrade_filet', 'upgrade_salmon', 'upgrade_scallops', 'upgrade_lobster'], 'Other kinds stay as they are');
select tests.as_owner();
update menu_items set sort_order = 100 where kind = 'protein';
select tests.as_user('admin@demo.test');
select is(move_menu_item(tests.item('tofu'), true) ->> 'moved', 'true', 'Items of the same number CAN be moved too');
select is(tests.kinds('protein'), array['calamari', 'chicken', 'ny_strip', 'tofu', 'shrimp'], 'by one place');
select is(tests.code(format('select move_menu_item(%L, true)', gen_random_uuid())), 'NOT_FOUND', 'What is not there is refused');
select is(tests.code($$insert into menu_items (code, name, kind, price_code) values ('addon_pie', 'Pie', 'addon', 'addon_pie')$$), 'INVALID_REQUEST',
	'An item can NOT have a price that is not in the price book');
select is(tests.code($$update menu_items set price_code = 'addon_pie' where code = 'addon_rice'$$), 'INVALID_REQUEST', 'nor get one');
select is(tests.touched($$insert into menu_items (code, name, kind, price_code) values ('addon_pie', 'Pie', 'addon', 'addon_rice')$$), 1, 'It CAN share one that is');
select tests.as_owner();
select ok((select count(*) > 3 from realtime.messages where topic = 'staff:menu' and event = 'menu_changed'), 'Open pages hear of changes');
select tests.as_user('manager.fremont@demo.test');
select is(tests.code(format('select move_menu_item(%L, true)', tests.item('shrimp'))), 'NOT_ALLOWED', 'A manager can NOT move items');
select tests.as_anon();
select is(tests.code(format('select move_menu_item(%L, true)', tests.item('shrimp'))), '42501', 'nor a visitor');

select * from finish();
