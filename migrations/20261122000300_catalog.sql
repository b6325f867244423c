/*
  Catalog: what guests eat and what can be ordered with it. Prices are the pricing capability's; an item names its price code.
  Tables: menu_items.
*/

create table public.menu_items (
	id uuid primary key default private.uuid_v7(),
	code text not null,
	name text not null,
	description text not null default '',
	kind text not null,
	price_code text,
	allergens text[] not null default '{}',
	diets text[] not null default '{}',
	age_restricted boolean not null default false,
	sort_order integer not null default 100,
	active boolean not null default true,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	deleted_at timestamptz,
	deleted_by uuid,
	delete_reason text,
	constraint menu_items_code_bounded check (code ~ '^[a-z][a-z0-9_]{1,59}$'),
	constraint menu_items_name_bounded check (length(btrim(name)) between 1 and 80),
	constraint menu_items_description_bounded check (length(description) <= 500),
	constraint menu_items_kind_known check (kind in ('protein', 'upgrade', 'addon', 'included')),
	constraint menu_items_priced_by_kind check ((price_code is not null) = (kind in ('upgrade', 'addon'))),
	-- the nine of US law
	constraint menu_items_allergens_known check (allergens <@
		array['milk', 'eggs', 'fish', 'shellfish', 'tree_nuts', 'peanuts', 'wheat', 'soy', 'sesame']),
	constraint menu_items_diets_known check (diets <@
		array['vegetarian', 'vegan', 'gluten_free_on_request', 'halal', 'kosher_style']),
	constraint menu_items_delete_has_reason check (deleted_at is null or length(delete_reason) between 10 and 500)
);
create unique index menu_items_code_of_present on public.menu_items (code) where deleted_at is null;
comment on table public.menu_items is 'The menu: proteins to choose from, upgrades and add-ons that cost extra, and what is always included.';
comment on column public.menu_items.code is 'How requests name it; for upgrades and add-ons also the code of the quote''s line.';
comment on column public.menu_items.price_code is 'Its price in the price book; null where it costs nothing extra.';
comment on column public.menu_items.age_restricted is 'Alcohol: for guests of 21 and over.';

select private.track('public.menu_items');

alter table public.menu_items enable row level security;
grant select on public.menu_items to anon, authenticated;
grant insert, update on public.menu_items to authenticated;
-- no delete: an item is taken off the menu (active) or marked deleted

create policy "Visitors read the menu" on public.menu_items
	for select to anon using (active and deleted_at is null);
create policy "Everybody signed in reads the menu, its editors also what is off it" on public.menu_items
	for select to authenticated
	using ((active and deleted_at is null) or (select private.has_permission_everywhere('menu.write')));
create policy "Menu items are added by those who edit the menu" on public.menu_items
	for insert to authenticated with check ((select private.has_permission_everywhere('menu.write')));
create policy "Menu items are changed by those who edit the menu" on public.menu_items
	for update to authenticated using ((select private.has_permission_everywhere('menu.write')))
	with check ((select private.has_permission_everywhere('menu.write')));
