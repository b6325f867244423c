/* Payments: the card fee's rules with the reason that staff read, and what a customer is told about paying by hand. */

insert into public.card_fee_rules (state, funding, rate, enabled, reason, effective_from)
values
	(null, 'credit', 0.03, true, 'Credit cards cost us about 3 %; the networks allow a surcharge up to that cost where it is shown before paying.', '2024-01-01'),
	(null, 'debit', 0, true, 'Card networks forbid a surcharge on debit cards everywhere in the US.', '2024-01-01'),
	(null, 'prepaid', 0, true, 'Card networks forbid a surcharge on prepaid cards everywhere in the US.', '2024-01-01'),
	('CT', 'credit', 0, true, 'Connecticut forbids surcharges on credit cards.', '2024-01-01'),
	('MA', 'credit', 0, true, 'Massachusetts forbids surcharges on credit cards.', '2024-01-01')
on conflict do nothing;

-- placeholders, until head office writes its own
update public.payment_settings set
	fee_note = 'Card networks charge us for credit cards, so a credit card costs a little more. Debit and prepaid cards, Zelle, Venmo, cash and checks cost nothing extra.',
	zelle = 'In your bank''s app, send it by Zelle to My Hibachi and put your booking reference in the memo. We tell you the account when we contact you.',
	venmo = 'In Venmo, send it to My Hibachi with your booking reference in the note. We tell you the account when we contact you.'
where version = 1 and zelle is null and venmo is null;
