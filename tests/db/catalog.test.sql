select plan(13);

select is_empty($$select code from menu_items where kind in ('upgrade', 'addon') and not exists (
	select from price_book p where p.code = price_code and p.effective_from <= now() and p.effective_to is null)$$,
	'Everything that costs extra has a price');
select set_eq($$select code from menu_items where kind = 'protein'$$, array['chicken', 'ny_strip', 'shrimp', 'calamari', 'tofu'],
	'The five proteins are on the menu');
select set_eq($$select code from menu_items where age_restricted$$, array['addon_sake'], 'Only sake is for guests of 21 and over');
select throws_ok($$update menu_items set allergens = '{gluten}' where code = 'tofu'$$, '23514', null, 'An allergen that US law does not name can NOT be stored');
select throws_ok($$update menu_items set diets = '{paleo}' where code = 'tofu'$$, '23514', null, 'A diet that we do not know can NOT be stored');
select throws_ok($$insert into menu_items (code, name, kind) values ('upgrade_wagyu', 'Wagyu', 'upgrade')$$, '23514', null,
	'An upgrade without a price code can NOT be stored');
select throws_ok($$insert into menu_items (code, name, kind) values ('tofu', 'Tofu', 'protein')$$, '23505', null, 'A code can NOT be used twice');

-- What head office adds is sold without a change of code
select tests.as_user('admin@demo.test');
insert into price_book (code, label, unit_cents, unit, note) values ('upgrade_wagyu', 'Wagyu upgrade', 2500, 'person', 'New on the menu');
insert into menu_items (code, name, kind, price_code) values ('upgrade_wagyu', 'Wagyu', 'upgrade', 'upgrade_wagyu');
select tests.as_anon();
select is((quote_event('94538', 10, 0, 0, '[{"code": "upgrade_wagyu", "quantity": 2}]') ->> 'total_cents')::int, 60000, 'A new upgrade is in the quote at once');
select ok(site_catalog() -> 'menu' @> '[{"code": "upgrade_wagyu", "kind": "upgrade"}]', 'A new upgrade is on the public menu at once');
select ok(site_catalog() -> 'prices' @> '[{"code": "upgrade_wagyu", "unit_cents": 2500}]', 'Its price is public as well');
select tests.as_user('admin@demo.test');
update menu_items set active = false where code = 'upgrade_wagyu';
select tests.as_anon();
select is(tests.code($$select quote_event('94538', 10, 0, 0, '[{"code": "upgrade_wagyu", "quantity": 2}]')$$), 'INVALID_REQUEST', 'What is off the menu can NOT be ordered');
select ok(not site_catalog() -> 'menu' @> '[{"code": "upgrade_wagyu"}]', 'What is off the menu is NOT shown');
select set_eq($$select jsonb_object_keys(site_catalog())$$, array['stations', 'prices', 'menu', 'flags'], 'Visitors get stations, prices, menu and flags in one call');

select * from finish();
