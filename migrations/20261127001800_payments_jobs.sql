/*
  Payments: what happens by the clock, and what jobs/payments.ts reads. Places to pay are closed when their booking can no longer
  be paid; once a day the ledger is compared with what the card provider holds.
  Tables: none of its own.
*/

select private.create_job_queue('payments-close-checkouts', 3, 10, 120, interval '1 hour');
select private.create_job_queue('payments-reconcile', 6, 300, 900, interval '2 days');

/* Sessions at the card provider that are open for bookings which are cancelled or whose hold ran out. */
create function private.checkouts_to_close(p_limit int) returns setof text
language sql stable
set search_path = ''
as $$
	select k.stripe_session_id
	from public.payment_checkouts k
	join public.bookings b on b.id = k.booking_id
	where k.status in ('open', 'failed') and k.stripe_session_id is not null and k.expires_at > now()
		and (b.status = 'cancelled' or b.deleted_at is not null or (b.status = 'pending' and b.hold_expires_at <= now()))
	order by k.created_at
	limit p_limit
$$;
create index payment_checkouts_open on public.payment_checkouts (created_at) where status in ('open', 'failed'); -- the minute's look at it

/*
  The ledger of these card payments and disputes, and of the card payments of a period, as the comparison reads them:
  {payments: [{payment_intent, paid_cents, refunded_cents}], disputes: [{dispute, payment_intent, amount_cents, status}]}.
*/
create function private.card_ledger(p_intents jsonb, p_disputes jsonb, p_from timestamptz, p_to timestamptz) returns jsonb
language sql stable
set search_path = ''
as $$
	with wanted as (
		select value as intent from jsonb_array_elements_text(p_intents)
		union
		select provider_ref from public.payments
		where method = 'stripe' and kind in ('deposit', 'balance', 'tip') and occurred_at >= p_from and occurred_at < p_to
	), held as (
		select p.provider_ref as payment_intent,
			-- money of an unknown booking that was matched later stands there twice, and once taken back
			sum(p.amount_cents) filter (where p.kind in ('deposit', 'balance', 'tip', 'card_fee') or p.entry_key = w.intent || ':matched') as paid_cents,
			-coalesce(sum(p.amount_cents) filter (where p.kind = 'refund'), 0) as refunded_cents
		from wanted w
		join public.payments p on p.provider_ref = w.intent
		group by 1
	)
	select jsonb_build_object(
		'payments', (select coalesce(jsonb_agg(to_jsonb(h) order by h.payment_intent), '[]') from held h where h.paid_cents is not null),
		'disputes', (select coalesce(jsonb_agg(jsonb_build_object('dispute', d.stripe_dispute_id, 'payment_intent', d.payment_intent,
				'amount_cents', d.amount_cents, 'status', d.status)), '[]')
			from public.payment_disputes d where d.stripe_dispute_id in (select value from jsonb_array_elements_text(p_disputes))))
$$;

revoke execute on function private.checkouts_to_close(int), private.card_ledger(jsonb, jsonb, timestamptz, timestamptz)
	from public, anon, authenticated;

do $$
begin
	if to_regprocedure('cron.schedule(text, text, text)') is null then
		raise warning 'There is no pg_cron: payments are not reconciled, and places to pay not closed, by the clock.';
		return;
	end if;

	perform cron.schedule('payments-close-checkouts', '* * * * *', $cron$
		select private.enqueue('payments-close-checkouts', '{}', now(), 'sweep')
		where exists (select from private.checkouts_to_close(1))
	$cron$);

	-- At night in California, when hardly anything is on its way.
	perform cron.schedule('payments-reconcile', '47 9 * * *',
		$cron$select private.enqueue('payments-reconcile', '{}', now(), 'daily') where private.payments_online()$cron$);
end
$$;
