/*
  Identity: the five roles and what each may do (the table of admin.md), as data. Edited afterwards in the admin panel;
  running this again gives back nothing that was taken there on purpose, because only new rows are added by name below.
*/

insert into public.permissions (permission, description)
values
	('audit.read', 'Read the audit log'),
	('bookings.assign_chef', 'Assign a chef to a booking'),
	('bookings.assigned', 'Read the bookings one is assigned to'),
	('bookings.delete', 'Delete and restore bookings'),
	('bookings.manage', 'Confirm, cancel and reprice bookings'),
	('bookings.read', 'Read bookings and the calendar'),
	('bookings.reschedule', 'Move a booking to another time'),
	('bookings.write', 'Create bookings, edit their notes and contact'),
	('chefs.own', 'Edit the own chef profile and availability'),
	('chefs.read', 'Read chefs and their availability'),
	('chefs.write', 'Edit chefs and their availability'),
	('conversations.read', 'Read conversations'),
	('conversations.write', 'Write in conversations'),
	('customers.read', 'Read customers'),
	('customers.write', 'Edit customers'' contact details'),
	('flags.manage', 'Switch feature flags'),
	('flags.read', 'See feature flags in the panel'),
	('jobs.manage', 'Retry and cancel background jobs'),
	('jobs.read', 'See background jobs'),
	('leads.read', 'Read leads'),
	('leads.write', 'Edit leads'),
	('menu.write', 'Edit the menu'),
	('payments.read', 'Read payments'),
	('payments.refund', 'Refund payments'),
	('payments.write', 'Take and record payments'),
	('pricing.read', 'Read prices and their history'),
	('pricing.write', 'Set prices'),
	('promo_codes.read', 'Read promo codes'),
	('promo_codes.write', 'Edit promo codes'),
	('records.delete', 'Delete and restore records'),
	('roles.manage', 'Edit roles and what they may do'),
	('scaling.manage', 'Edit thresholds and act on recommendations'),
	('scaling.read', 'See scaling health'),
	('stations.read', 'Read stations'),
	('stations.write', 'Edit stations'),
	('taxes.read', 'Read tax rates'),
	('taxes.report', 'Make tax reports'),
	('taxes.write', 'Edit tax rates'),
	('templates.read', 'Read message templates'),
	('templates.write', 'Edit message templates'),
	('users.manage', 'Invite users, grant and take roles'),
	('users.read', 'See users, roles and permissions')
on conflict do nothing;

with added as (
	insert into public.roles (role, label, description, needs_station)
	values
		('super_admin', 'Super admin', 'Everything, with users, roles, permissions and feature flags.', false),
		('admin', 'Admin', 'Nearly all operations at every station; no user management.', false),
		('customer_support', 'Customer support', 'Reads every station; works on bookings, customers and messages.', false),
		('station_manager', 'Station manager', 'Full work on one station''s rows.', true),
		('chef', 'Chef', 'The own profile, availability and assigned bookings.', true)
	on conflict do nothing
	returning role
),
granted (role, permissions) as (
	values
		('admin', array[
			'audit.read', 'bookings.assign_chef', 'bookings.delete', 'bookings.manage', 'bookings.read', 'bookings.reschedule', 'bookings.write',
			'chefs.read', 'chefs.write', 'conversations.read', 'conversations.write', 'customers.read', 'customers.write',
			'flags.read', 'jobs.manage', 'jobs.read', 'leads.read', 'leads.write', 'menu.write', 'payments.read',
			'payments.refund', 'payments.write', 'pricing.read', 'pricing.write', 'promo_codes.read', 'promo_codes.write',
			'records.delete', 'scaling.manage', 'scaling.read', 'stations.read', 'stations.write', 'taxes.read',
			'taxes.write', 'templates.read', 'templates.write', 'users.read'
		]),
		('customer_support', array[
			'bookings.read', 'bookings.reschedule', 'bookings.write', 'chefs.read', 'conversations.read',
			'conversations.write', 'customers.read', 'customers.write', 'leads.read', 'leads.write', 'payments.read',
			'pricing.read', 'promo_codes.read', 'stations.read', 'taxes.read', 'templates.read'
		]),
		('station_manager', array[
			'audit.read', 'bookings.assign_chef', 'bookings.delete', 'bookings.manage', 'bookings.read', 'bookings.reschedule', 'bookings.write',
			'chefs.read', 'chefs.write', 'conversations.read', 'conversations.write', 'customers.read', 'leads.read',
			'leads.write', 'payments.read', 'pricing.read', 'promo_codes.read', 'records.delete', 'stations.read',
			'taxes.read', 'templates.read'
		]),
		('chef', array['bookings.assigned', 'chefs.own', 'stations.read'])
)
-- only for roles that were new: what was edited since stays edited
insert into public.role_permissions (role, permission)
select a.role, p.permission
from added a
cross join public.permissions p
left join granted g on g.role = a.role
where a.role = 'super_admin' or p.permission = any (g.permissions)
on conflict do nothing;

-- A permission that is new reaches the super admins by itself.
insert into public.role_permissions (role, permission)
select 'super_admin', permission from public.permissions
on conflict do nothing;
