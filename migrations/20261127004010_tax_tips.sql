/*
  Tax: a mandatory gratuity is part of what is taxed. The ledger says which tips are; their sum is kept with the booking's tax.
  Tables: none of its own.
*/

/* After money that touches a mandatory tip: the booking's tax with all of them. */
create function private.tax_follows_tips() returns trigger
language plpgsql security definer -- nobody may write booking_taxes but the functions of tax
set search_path = ''
as $$
begin
	perform private.assess_tax(b, (
		select greatest(coalesce(sum(p.amount_cents), 0), 0)::integer from public.payments p
		where p.booking_id = new.booking_id and p.kind = 'tip' and p.tip_kind = 'mandatory'))
	from public.bookings b where b.id = new.booking_id;
	return null;
end
$$;
create trigger tax_of_tip after insert on public.payments
	for each row when (new.booking_id is not null and new.kind = 'tip' and new.tip_kind = 'mandatory')
	execute function private.tax_follows_tips();
