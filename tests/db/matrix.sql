/*
  Fixtures of the role matrix: of every table a row of Fremont (own) and one of Sacramento (other), by name and side.
  Needs helpers.sql; runs as the owner. The SQL matrix rolls it back, the one over HTTP drops the schema tests afterwards.
*/

create table tests.fixtures (name text, side text, id uuid not null, primary key (name, side));
grant select on tests.fixtures to public;

create function tests.keep(p_name text, p_side text, p_id uuid) returns uuid
language sql set search_path = '' as $$ insert into tests.fixtures values (p_name, p_side, p_id) returning id $$;

create function tests.fixture(p_name text, p_side text) returns uuid
language sql stable set search_path = '' as $$ select id from tests.fixtures where name = p_name and side = p_side $$;

/* Tries a statement and takes it back: how many rows it touched, refused, or error: and why. */
create function tests.attempt(p_sql text) returns text
language plpgsql
set search_path = public, extensions, tests
as $$
declare
	v_count integer;
begin
	execute p_sql;
	get diagnostics v_count = row_count;
	raise exception using errcode = 'ZZ001', message = v_count::text;
exception
	when sqlstate 'ZZ001' then return sqlerrm;
	when insufficient_privilege or sqlstate 'PT403' then return 'refused';
	when others then return 'error: ' || sqlerrm || ' (' || sqlstate || ') in ' || p_sql;
end
$$;
grant execute on all functions in schema tests to anon, authenticated;

do $$
declare
	v_side text;
	v_slug text;
	v_station uuid;
	v_user uuid;
	v_staff uuid;
	v_chef uuid;
	v_customer uuid;
	v_booking uuid;
	v_lead uuid;
begin
	insert into public.roles (role, label, description) values ('matrix_role', 'Matrix', 'Matrix');
	insert into public.role_permissions values ('matrix_role', 'audit.read');
	insert into public.price_rules (label, rate, note) values ('Matrix', 0.01, 'Matrix');
	insert into public.price_limits (code, min_cents, max_cents) values ('matrix', 0, 1);
	insert into public.promo_codes (code, cents) values ('MATRIX', 100);
	foreach v_side in array array['own', 'other'] loop
		v_slug := case v_side when 'own' then 'fremont' else 'sacramento' end;
		v_station := tests.keep('station', v_side, tests.station(v_slug));
		v_user := tests.user_id('chef.' || v_slug || '@demo.test');
		select id into v_staff from public.staff where user_id = v_user;
		perform tests.keep('staff', v_side, v_staff);

		select id into v_chef from public.chefs where user_id = v_user;
		if v_chef is null then
			insert into public.chefs (staff_id, station_id) values (v_staff, v_station) returning id into v_chef;
		end if;
		perform tests.keep('chef', v_side, v_chef);
		insert into public.chef_weekly_hours (chef_id, weekday, starts_at, ends_at) values (v_chef, 1, '03:00', '03:15');
		insert into public.chef_exceptions (chef_id, on_date) values (v_chef, '2030-01-01');
		insert into public.staff (name, email) values ('Matrix', 'matrix.staff.' || v_side || '@example.test') returning id into v_staff;
		perform tests.keep('new_staff', v_side, v_staff);

		v_user := tests.keep('colleague', v_side, tests.make_user('matrix.' || v_side || '@example.test'));
		insert into public.user_roles (user_id, role, station_id) values (v_user, 'chef', v_station) returning id into v_user;
		perform tests.keep('grant', v_side, v_user);
		insert into public.staff_invitations (email, role, invited_by) values ('matrix.invited.' || v_side || '@example.test', 'admin', null);
		insert into public.login_history (user_id, email_hash, success, reason)
		values (tests.user_id('chef.' || v_slug || '@demo.test'), '', true, 'password') returning id into v_user;
		perform tests.keep('login', v_side, v_user);
		insert into public.audit_log (actor, action, table_name, station_id) values ('matrix', 'insert', 'matrix', v_station);

		v_customer := null;
		if v_side = 'own' then
			update public.customers set station_id = v_station, deleted_at = null
			where user_id = tests.user_id('customer@demo.test') returning id into v_customer;
		end if;
		if v_customer is null then
			insert into public.customers (name, email, station_id, user_id)
			values ('Matrix', 'matrix.customer.' || v_side || '@example.test', v_station,
				case v_side when 'own' then tests.user_id('customer@demo.test') end)
			returning id into v_customer;
		end if;
		perform tests.keep('customer', v_side, v_customer);
		insert into public.customer_notes (customer_id, note) values (v_customer, 'Matrix') returning id into v_lead;
		perform tests.keep('customer_note', v_side, v_lead);

		insert into public.bookings (reference, station_id, customer_id, event_at, event_ends_at, timezone, adults, venue_line1,
			venue_city, venue_state, venue_zip, road_miles, quote, total_cents, deposit_cents, price_version, hold_expires_at)
		values (case v_side when 'own' then 'MH-ZZZZ2' else 'MH-ZZZZ3' end, v_station, v_customer, '2030-01-01 20:00+00', '2030-01-01 22:00+00',
			'America/Los_Angeles', 10, '1 Main St', 'Fremont', 'CA', '94538', 1, '{}', 55000, 10000, 'p0', '2030-01-01')
		returning id into v_booking;
		perform tests.keep('booking', v_side, v_booking);
		insert into public.documents (kind, number, booking_id, station_id, snapshot, total_cents, storage_path)
		values ('invoice', case v_side when 'own' then 'INV-1999-00001' else 'INV-1999-00002' end, v_booking, v_station, '{}', 55000, 'matrix/' || v_side || '.pdf');
		insert into public.booking_items values (v_booking, 'addon_rice', 'Rice', 1, 500);
		insert into public.booking_notifications values (v_booking, 'matrix');
		insert into public.booking_assignments (booking_id, chef_id, station_id) values (v_booking, v_chef, v_station);
		insert into public.promo_redemptions (promo_code_id, booking_id, station_id, code, cents, min_order_cents, discount_cents)
		select id, v_booking, v_station, code, cents, 0, 100 from public.promo_codes where code = 'MATRIX';
		insert into public.chef_reservations (booking_id, chef_id, station_id, event_at, period)
		values (v_booking, v_chef, v_station, '2030-01-01 20:00+00', '[2030-01-01 18:00+00, 2030-01-01 23:59+00]');

		insert into public.payments (booking_id, kind, method, amount_cents, applies_to, entry_key, actor)
		values (v_booking, 'deposit', 'cash', 1, 'booking', 'matrix:' || v_side, 'matrix') returning id into v_lead;
		perform tests.keep('payment', v_side, v_lead);
		insert into public.payment_checkouts (booking_id, purpose, amount_cents, idempotency_key)
		values (v_booking, 'deposit', 10000, 'matrix:' || v_side);
		insert into public.payment_refunds (booking_id, method, amount_cents, reason, idempotency_key)
		values (v_booking, 'cash', 1, 'Matrix of roles', 'matrix:' || v_side);
		insert into public.payment_disputes (booking_id, stripe_dispute_id, amount_cents, opened_at)
		values (v_booking, 'matrix:' || v_side, 1, '2030-01-01');
		insert into public.payment_attention (booking_id, kind, subject) values (v_booking, 'dispute', 'matrix:' || v_side);

		insert into public.leads (station_id, email, source) values (v_station, 'matrix.lead.' || v_side || '@example.test', 'website')
		returning id into v_lead;
		perform tests.keep('lead', v_side, v_lead);
		insert into public.waitlist (lead_id, station_id, starts_at) values (v_lead, v_station, '2030-01-01 20:00+00') returning id into v_lead;
		perform tests.keep('waitlist', v_side, v_lead);
	end loop;
	insert into public.payment_reconciliations (period_from, period_to, checked) values ('2030-01-01', '2030-01-02', 0);
	insert into public.scaling_metrics (metric, measured_at, value) values ('db_size', '2030-01-01', 1);
	insert into public.scaling_recommendations (metric, level, status, value, threshold, resolved_at)
	values ('db_size', 'warning', 'resolved', 1, 1, '2030-01-01');
	insert into public.scaling_alerts (kind, message, summary_date, sent_at) values ('summary', 'Matrix', '2030-01-01', now());
end
$$;
