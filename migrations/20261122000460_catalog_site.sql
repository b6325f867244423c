/*
  Catalog: site_catalog(), the one call that public pages make: stations, prices in force, menu, flags. No tables.
*/

/* {stations, prices, menu, flags} of now, without anything that a visitor may not know. */
create function private.site_catalog() returns jsonb
language plpgsql stable security definer -- visitors may not read stations and the price book
set search_path = ''
as $$
begin
	return jsonb_build_object(
		'stations', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'id', s.id, 'slug', s.slug, 'name', s.name, 'timezone', s.timezone,
				'start_times', (select coalesce(jsonb_agg(to_char(t.start_time, 'HH24:MI') order by t.start_time), '[]')
					from public.station_start_times t where t.station_id = s.id),
				'min_notice_hours', s.min_notice_hours, 'max_advance_days', s.max_advance_days
			) order by s.name), '[]')
			from public.stations s where s.active and s.deleted_at is null),
		'prices', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'code', p.code, 'label', p.label, 'unit_cents', p.unit_cents, 'unit', p.unit) order by p.code), '[]')
			from public.price_book p
			where p.effective_from <= now() and (p.effective_to is null or p.effective_to > now())),
		'menu', (
			select coalesce(jsonb_agg(jsonb_build_object(
				'code', m.code, 'name', m.name, 'description', m.description, 'kind', m.kind, 'price_code', m.price_code,
				'allergens', m.allergens, 'diets', m.diets, 'age_restricted', m.age_restricted) order by m.sort_order, m.code), '[]')
			from public.menu_items m where m.active and m.deleted_at is null),
		'flags', (
			-- as private.flag() decides, for all at once
			select coalesce(jsonb_object_agg(f.key, case lower(o.value) when 'true' then true when 'false' then false else f.enabled end), '{}')
			from public.feature_flags f left join private.settings o on o.key = 'feature.' || f.key)
	);
end
$$;

create function public.site_catalog() returns jsonb
language sql stable
set search_path = ''
as $$
	select private.site_catalog()
$$;
comment on function public.site_catalog() is 'What public pages need: {stations, prices, menu, flags}.';
grant execute on function public.site_catalog(), private.site_catalog() to anon, authenticated;
