/*
  Platform: files.
  The private bucket `chef-photos`. An object is named `<chef_id>/<random>.<ext>`, so its name says whose it is, and policies ask
  the same permissions as the chef's row does. Written by the chef and by those who write chefs of the station.
  Skipped where the database has no storage schema (a plain PostgreSQL); the tables belong to Supabase's storage server.
*/

/* The chef whose photo an object of that name is; null when the name is not one of a photo. */
create function private.chef_of_photo(p_name text) returns uuid
language sql immutable
set search_path = ''
as $$
	select case
		when p_name ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[A-Za-z0-9_-]{16,64}\.(png|jpg|jpeg|webp)$'
			then split_part(p_name, '/', 1)::uuid
	end
$$;
comment on function private.chef_of_photo(text) is 'The chef whose photo an object of that name is: <chef_id>/<random>.<ext>.';
grant execute on function private.chef_of_photo(text) to authenticated;

do $$
begin
	if to_regclass('storage.objects') is null then
		raise notice 'No storage here: the bucket for photos of chefs is not made.';
		return;
	end if;

	insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
	values ('chef-photos', 'chef-photos', false, 5 * 1024 * 1024, array['image/png', 'image/jpeg', 'image/webp'])
	on conflict (id) do update set
		public = excluded.public,
		file_size_limit = excluded.file_size_limit,
		allowed_mime_types = excluded.allowed_mime_types;

	create policy "Photos of chefs are seen by themselves and by those who may see their station" on storage.objects
		for select to authenticated using (
			bucket_id = 'chef-photos'
			and (private.chef_of_photo(name) in (select private.own_chefs())
				or private.chef_of_photo(name) in (select private.chefs_with('chefs.read')))
		);
	create policy "Photos of chefs are added by themselves and by those who write chefs" on storage.objects
		for insert to authenticated with check (
			bucket_id = 'chef-photos'
			and (private.chef_of_photo(name) in (select private.own_chefs())
				or private.chef_of_photo(name) in (select private.chefs_with('chefs.write')))
		);
	create policy "Photos of chefs are replaced by themselves and by those who write chefs" on storage.objects
		for update to authenticated
		using (
			bucket_id = 'chef-photos'
			and (private.chef_of_photo(name) in (select private.own_chefs())
				or private.chef_of_photo(name) in (select private.chefs_with('chefs.write')))
		)
		with check (
			bucket_id = 'chef-photos'
			and (private.chef_of_photo(name) in (select private.own_chefs())
				or private.chef_of_photo(name) in (select private.chefs_with('chefs.write')))
		);
	create policy "Photos of chefs are removed by themselves and by those who write chefs" on storage.objects
		for delete to authenticated using (
			bucket_id = 'chef-photos'
			and (private.chef_of_photo(name) in (select private.own_chefs())
				or private.chef_of_photo(name) in (select private.chefs_with('chefs.write')))
		);
	-- nothing for anon: photos that the public sees are shown through signed links
end
$$;
