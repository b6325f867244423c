/*
  Stations: the first three kitchens with their start times. And, in the local stack only (nowhere else are there users
  with these addresses), the demo people's staff rows and roles.
*/

insert into public.stations (slug, name, base_zip, latitude, longitude, timezone)
values
	('fremont', 'Fremont', '94538', 37.5308, -121.9712, 'America/Los_Angeles'),
	('san-jose', 'San Jose', '95112', 37.3476, -121.887, 'America/Los_Angeles'),
	('sacramento', 'Sacramento', '95814', 38.5804, -121.4922, 'America/Los_Angeles')
on conflict do nothing;

insert into public.station_start_times (station_id, start_time)
select s.id, t.start_time
from public.stations s
cross join (values (time '12:00'), (time '15:00'), (time '18:00'), (time '21:00')) t (start_time)
where s.slug in ('fremont', 'san-jose', 'sacramento')
	and not exists (select from public.station_start_times existing where existing.station_id = s.id);

with demo (email, name, phone, role, slug) as (
	values
		('super_admin@demo.test', 'Sofia Reyes', '+15105550101', 'super_admin', null),
		('admin@demo.test', 'Aiko Tanaka', '+15105550102', 'admin', null),
		('support@demo.test', 'Sam Okafor', '+15105550103', 'customer_support', null),
		('manager.fremont@demo.test', 'Fiona Delgado', '+15105550104', 'station_manager', 'fremont'),
		('manager.sacramento@demo.test', 'Marcus Lee', '+19165550105', 'station_manager', 'sacramento'),
		('chef.fremont@demo.test', 'Kenji Mori', '+15105550106', 'chef', 'fremont'),
		('chef.sacramento@demo.test', 'Dana Whitfield', '+19165550107', 'chef', 'sacramento')
),
people as (
	insert into public.staff (user_id, name, email, phone)
	select u.id, d.name, d.email, d.phone
	from demo d
	join auth.users u on u.email = d.email
	on conflict do nothing
	returning user_id, email
)
insert into public.user_roles (user_id, role, station_id)
select p.user_id, d.role, s.id
from people p
join demo d on d.email = p.email
left join public.stations s on s.slug = d.slug
on conflict do nothing;
