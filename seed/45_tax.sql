/* Tax: the rates of the counties that the first stations serve. A place that has a rate already is left alone. */

insert into public.tax_rates (state, county, rate, effective_from, note)
select r.state, r.county, r.rate, date '2024-01-01', 'Opening rate'
from (
	values
		('CA', 'Alameda', 0.1025),
		('CA', 'Santa Clara', 0.09125),
		('CA', 'San Francisco', 0.08625),
		('CA', 'Contra Costa', 0.0925),
		('CA', 'San Mateo', 0.09375),
		('CA', 'Sacramento', 0.0875)
) r (state, county, rate)
where not exists (select from public.tax_rates t where t.state = r.state and t.county = r.county and t.city is null and t.zips is null);

-- Bookings that were there before the rates.
select private.reassess_taxes();
