/* Pricing: the opening price book, tax included. A code that has a price already is left alone. */

insert into public.price_book (code, label, unit_cents, unit, effective_from, note)
select p.code, p.label, p.unit_cents, p.unit, timestamptz '2026-01-01 00:00:00+00', 'Opening price list'
from (
	values
		('adult', 'Adult (13 and over)', 5500, 'person'),
		('child', 'Child (6 to 12)', 3000, 'person'),
		('toddler', 'Under 6', 0, 'person'),
		('minimum_order', 'Minimum order', 55000, 'order'),
		('protein_third', 'Third protein', 1000, 'person'),
		('upgrade_filet', 'Filet mignon upgrade', 500, 'person'),
		('upgrade_salmon', 'Salmon upgrade', 500, 'person'),
		('upgrade_scallops', 'Scallops upgrade', 500, 'person'),
		('upgrade_lobster', 'Lobster tail upgrade', 1500, 'person'),
		('addon_gyoza', 'Gyoza', 1000, 'each'),
		('addon_edamame', 'Edamame', 500, 'each'),
		('addon_noodles', 'Extra noodles', 500, 'each'),
		('addon_rice', 'Extra fried rice', 500, 'each'),
		('addon_vegetables', 'Extra vegetables', 500, 'each'),
		('addon_sake', 'Sake bar (21 and over)', 1500, 'each'),
		('travel', 'Travel a mile', 200, 'mile'),
		('deposit', 'Deposit', 10000, 'order')
) p (code, label, unit_cents, unit)
where not exists (select from public.price_book existing where existing.code = p.code)
on conflict do nothing;

/* How low and how high each may cost: from a quarter to four times the opening price; what is free may cost $20. */
insert into public.price_limits (code, min_cents, max_cents)
select distinct on (b.code) b.code, b.unit_cents / 4, greatest(b.unit_cents * 4, 2000)
from public.price_book b
where not exists (select from public.price_limits)
order by b.code, b.effective_from
on conflict do nothing;
