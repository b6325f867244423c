/*
  Takes away what matrix.sql left in a running stack. The audit keeps its entries: it is append-only.
  Not the demo customer and the demo chefs, which it found there.
*/
delete from public.waitlist where id in (select id from tests.fixtures where name = 'waitlist');
delete from public.leads where id in (select id from tests.fixtures where name = 'lead');
delete from public.payment_attention where subject like 'matrix:%';
delete from public.payment_disputes where stripe_dispute_id like 'matrix:%';
delete from public.payment_refunds where idempotency_key like 'matrix:%';
delete from public.payment_checkouts where idempotency_key like 'matrix:%';
delete from public.payment_reconciliations where period_from = '2030-01-01';
-- the ledger lets nobody delete; its owner may lift that for a moment
alter table public.payments disable trigger append_only;
delete from public.payments where entry_key like 'matrix:%';
alter table public.payments enable trigger append_only;
delete from public.documents where number like 'INV-1999-%';
delete from public.bookings where id in (select id from tests.fixtures where name = 'booking');
delete from public.customer_notes where id in (select id from tests.fixtures where name = 'customer_note');
delete from public.promo_codes where code = 'MATRIX';
delete from public.price_rules where label = 'Matrix';
delete from public.price_limits where code = 'matrix';
delete from public.customers where email like 'matrix.%@example.test';
delete from public.chef_weekly_hours where starts_at = '03:00' and chef_id in (select id from tests.fixtures where name = 'chef');
delete from public.chef_exceptions where on_date = '2030-01-01' and chef_id in (select id from tests.fixtures where name = 'chef');
delete from public.staff where email like 'matrix.%@example.test';
delete from public.staff_invitations where email like 'matrix.%@example.test';
delete from public.login_history where id in (select id from tests.fixtures where name = 'login');
delete from public.user_roles where id in (select id from tests.fixtures where name = 'grant');
delete from auth.users where email like 'matrix.%@example.test';
delete from public.roles where role = 'matrix_role';
delete from public.scaling_metrics where measured_at = '2030-01-01';
delete from public.scaling_recommendations where resolved_at = '2030-01-01';
delete from public.scaling_alerts where summary_date = '2030-01-01';
drop schema tests cascade;
