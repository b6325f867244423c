/*
  Booking: the demo's customers. Only where the demo's accounts are, which is the local stack. customer@demo.test can sign in.
*/

insert into public.customers (user_id, name, email, phone, sms_consent, sms_consent_at, station_id)
select u.id, d.name, d.email, d.phone, d.consent, case when d.consent then now() end, t.id
from (
	values
		('customer@demo.test', 'Casey Morgan', '+15105550201', true, 'fremont'),
		('olivia.brooks@example.test', 'Olivia Brooks', '+15105550202', true, 'fremont'),
		('noah.ramirez@example.test', 'Noah Ramirez', '+15105550203', false, 'fremont'),
		('ava.nguyen@example.test', 'Ava Nguyen', '+15105550204', true, 'fremont'),
		('liam.patel@example.test', 'Liam Patel', '+15105550205', false, 'fremont'),
		('emma.schultz@example.test', 'Emma Schultz', '+14085550211', true, 'san-jose'),
		('mateo.silva@example.test', 'Mateo Silva', '+14085550212', false, 'san-jose'),
		('zoe.campbell@example.test', 'Zoë Campbell', '+14085550213', true, 'san-jose'),
		('isaac.cohen@example.test', 'Isaac Cohen', '+19165550221', true, 'sacramento'),
		('leila.rahimi@example.test', 'Leila Rahimi', '+19165550222', false, 'sacramento'),
		('jack.olsen@example.test', 'Jack Olsen', '+19165550223', true, 'sacramento')
) d (email, name, phone, consent, slug)
join public.stations t on t.slug = d.slug and t.deleted_at is null
left join auth.users u on u.email = d.email
where exists (select from auth.users where email = 'super_admin@demo.test')
on conflict do nothing;
