/*
  Booking: the demo's chefs with their hours. Only where the demo's accounts are, which is the local stack.
  Two of them can sign in (chef.fremont@demo.test, chef.sacramento@demo.test).
*/

with demo (email, name, phone, slug, bio, days) as (
	values
		('chef.fremont@demo.test', 'Kenji Mori', '+15105550106', 'fremont', 'Twenty years at the teppan, and still proud of the onion volcano.', array[0, 1, 2, 3, 4, 5, 6]),
		('hana.ito@demo.test', 'Hana Ito', '+15105550111', 'fremont', 'Trained in Osaka. Knows every vegetable by name.', array[0, 1, 2, 3, 4, 5, 6]),
		('luis.ortega@demo.test', 'Luis Ortega', '+15105550112', 'fremont', 'Steak to the degree, jokes to the second.', array[0, 1, 2, 3, 4, 5, 6]),
		('mei.chen@demo.test', 'Mei Chen', '+15105550113', 'fremont', 'Seafood first. Children cook along.', array[0, 3, 4, 5, 6]),
		('andre.baptiste@demo.test', 'Andre Baptiste', '+15105550114', 'fremont', 'Big parties, big flames, no burnt rice.', array[0, 4, 5, 6]),
		('priya.nair@demo.test', 'Priya Nair', '+15105550115', 'fremont', 'Vegetarian menus that convert people.', array[0, 1, 2, 5, 6]),
		('tomas.vega@demo.test', 'Tomas Vega', '+14085550121', 'san-jose', 'A third protein is his love language.', array[0, 1, 2, 3, 4, 5, 6]),
		('yuki.sato@demo.test', 'Yuki Sato', '+14085550122', 'san-jose', 'Calm hands, sharp knives.', array[0, 1, 2, 3, 4, 5, 6]),
		('grace.kim@demo.test', 'Grace Kim', '+14085550123', 'san-jose', 'Birthdays are her favourite shift.', array[0, 4, 5, 6]),
		('omar.haddad@demo.test', 'Omar Haddad', '+14085550124', 'san-jose', 'Halal kitchens on request.', array[0, 3, 4, 5, 6]),
		('chef.sacramento@demo.test', 'Dana Whitfield', '+19165550107', 'sacramento', 'Farm to flame in forty minutes.', array[0, 1, 2, 3, 4, 5, 6]),
		('ben.torres@demo.test', 'Ben Torres', '+19165550131', 'sacramento', 'Never dropped a shrimp yet.', array[0, 1, 2, 3, 4, 5, 6]),
		('aya.nakamura@demo.test', 'Aya Nakamura', '+19165550132', 'sacramento', 'Quiet evenings, loud flavours.', array[0, 4, 5, 6]),
		('cole.jensen@demo.test', 'Cole Jensen', '+19165550133', 'sacramento', 'Weddings and long tables.', array[0, 5, 6])
),
-- those who sign in have their staff row from the stations seed
hired as (
	insert into public.staff (name, email, phone)
	select d.name, d.email, d.phone
	from demo d
	where exists (select from auth.users where email = 'super_admin@demo.test')
	on conflict do nothing
	returning id, email
),
people as (
	select id, email from hired
	union
	select s.id, s.email from public.staff s join demo d on d.email = s.email where s.deleted_at is null
),
added as (
	insert into public.chefs (staff_id, station_id, bio)
	select p.id, t.id, d.bio
	from people p
	join demo d on d.email = p.email
	join public.stations t on t.slug = d.slug and t.deleted_at is null
	on conflict do nothing
	returning id, staff_id
)
insert into public.chef_weekly_hours (chef_id, weekday, starts_at, ends_at)
select a.id, w.weekday, time '11:00', time '24:00'
from added a
join people p on p.id = a.staff_id
join demo d on d.email = p.email
cross join lateral unnest(d.days) w (weekday)
on conflict do nothing;
