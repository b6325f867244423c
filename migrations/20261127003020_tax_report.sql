/*
  Tax: the report of a period, by county and rate, and the orders behind each of its rows. It adds up the snapshots of
  booking_taxes, so that the rows are the total to the cent and a later rate changes nothing.
  What counts: events of the period, by their local day, that are confirmed or completed; not pending, cancelled or deleted ones.
  Tables: none of its own.
*/

select private.create_job_queue('tax-report', 12, 10, 120);

/*
  The tax report is for who heads the company: super_admin. Other roles get it by a grant in the panel. (On a new database the
  seed says the same.)
*/
delete from public.role_permissions where role = 'admin' and permission = 'taxes.report';

/* The orders of a period, also those without figures. */
create function private.taxed_bookings(p_from date, p_to date)
returns table (booking_id uuid, reference text, station_id uuid, event_date date, status text, zip text, state text, county text,
	rate numeric, revenue_cents integer, pre_tax_cents integer, tax_cents integer, flagged boolean)
language sql stable
set search_path = ''
as $$
	select b.id, b.reference, b.station_id, t.event_date, b.status, t.zip, t.state, t.county, t.rate, t.total_cents, t.pre_tax_cents,
		t.tax_cents, t.flagged
	from public.booking_taxes t
	join public.bookings b on b.id = t.booking_id
	where t.event_date between p_from and p_to and b.status in ('confirmed', 'completed') and b.deleted_at is null
$$;

/* The report's figures, for whoever asks: the RPC asks for the permission, the job works for somebody who had it. */
create function private.tax_report_of(p_from date, p_to date) returns jsonb
language sql stable
set search_path = ''
as $$
	with taxed as materialized (select * from private.taxed_bookings(p_from, p_to)),
	rows as (
		select state, county, rate, count(*) as orders, sum(revenue_cents) as revenue_cents, sum(pre_tax_cents) as pre_tax_cents,
			sum(tax_cents) as tax_cents
		from taxed where not flagged group by state, county, rate
	)
	select jsonb_build_object(
		'from', p_from, 'to', p_to,
		'rows', (select coalesce(jsonb_agg(to_jsonb(r) order by r.state, r.county, r.rate), '[]') from rows r),
		'total', (select jsonb_build_object('orders', count(*), 'revenue_cents', coalesce(sum(revenue_cents), 0),
			'pre_tax_cents', coalesce(sum(pre_tax_cents), 0), 'tax_cents', coalesce(sum(tax_cents), 0)) from taxed where not flagged),
		'unsettled', (select jsonb_build_object('orders', count(*), 'revenue_cents', coalesce(sum(revenue_cents), 0)) from taxed where flagged))
$$;

/* What is wrong with a period; null where nothing is. */
create function private.period_problem(p_from date, p_to date) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
	return case
		when not (auth.role() = 'service_role' or private.has_permission_everywhere('taxes.report')) then
			jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'Ask a super admin.')
		when p_from is null or p_to is null or not isfinite(p_from) or not isfinite(p_to) then
			private.invalid_request('{"from": "Choose the first and the last day."}')
		when p_to < p_from then private.invalid_request('{"to": "The last day is not before the first."}')
		when p_to - p_from > 1100 then private.invalid_request('{"to": "Up to three years at a time."}')
	end;
end
$$;

create function private.tax_report(p_from date, p_to date) returns jsonb
language plpgsql volatile security definer -- reads every station's bookings for who may report
set search_path = ''
as $$
declare
	v_problem constant jsonb := private.period_problem(p_from, p_to);
begin
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	return private.tax_report_of(p_from, p_to);
end
$$;

/* The orders of a row of the report (state, county and rate; null for all that have figures), by event day; p_after is the last id of the page before. */
create function private.tax_report_bookings(
	p_from date, p_to date, p_state text, p_county text, p_rate numeric, p_after_date date, p_after uuid, p_limit int
) returns jsonb
language plpgsql volatile security definer -- reads every station's bookings for who may report
set search_path = ''
as $$
declare
	v_problem constant jsonb := private.period_problem(p_from, p_to);
	v_limit constant integer := least(greatest(coalesce(p_limit, 50), 1), 500);
begin
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	return (
		select jsonb_build_object('rows', coalesce(jsonb_agg(to_jsonb(o) - 'place' order by o.event_date, o.booking_id) filter (where o.place <= v_limit), '[]'),
			'has_more', count(*) > v_limit)
		from (
			select t.booking_id, t.reference, t.event_date, t.status, t.zip, t.state, t.county, t.rate, t.revenue_cents, t.pre_tax_cents, t.tax_cents,
				row_number() over (order by t.event_date, t.booking_id) as place
			from private.taxed_bookings(p_from, p_to) t
			where not t.flagged and (p_state is null or t.state = p_state) and (p_county is null or t.county = p_county)
				and (p_rate is null or t.rate = p_rate)
				and (p_after is null or (t.event_date, t.booking_id) > (p_after_date, p_after))
			order by t.event_date, t.booking_id
			limit v_limit + 1
		) o
	);
end
$$;

/* Mails the report to whoever asks for it, by a job. Answers {to}. */
create function private.email_tax_report(p_from date, p_to date) returns jsonb
language plpgsql volatile security definer -- enqueues
set search_path = ''
as $$
declare
	v_problem jsonb := private.period_problem(p_from, p_to);
	v_email constant text := (select email from public.staff where user_id = auth.uid() and deleted_at is null);
begin
	if v_problem is null and v_email is null then
		v_problem := jsonb_build_object('code', 'NOT_ALLOWED', 'status', 403, 'message', 'You may not do that.', 'hint', 'Sign in as a person of the staff.');
	elsif v_problem is null and not private.rate_limit('tax_report_mail', auth.uid()::text, 10, interval '10 minutes') then
		v_problem := jsonb_build_object('code', 'RATE_LIMITED', 'status', 429, 'message', 'That was a little too fast.', 'hint', 'Wait a minute and try again.');
	end if;
	if v_problem is not null then
		return private.refuse_with(v_problem);
	end if;
	perform private.enqueue('tax-report', jsonb_build_object('from', p_from, 'to', p_to, 'user_id', auth.uid(), 'asked_at', now()));
	return jsonb_build_object('to', v_email);
end
$$;

/* For the job: the address of somebody who may still have the report, and the report; null where they may not any more. */
create function private.tax_report_mail(p_from date, p_to date, p_user uuid) returns jsonb
language sql stable
set search_path = ''
as $$
	select jsonb_build_object('email', s.email, 'name', s.name, 'report', private.tax_report_of(p_from, p_to))
	from public.staff s
	where s.user_id = p_user and s.deleted_at is null and exists (
		select from public.user_roles g join public.role_permissions p on p.role = g.role and p.permission = 'taxes.report'
		where g.user_id = p_user and g.station_id is null)
$$;
revoke execute on function private.tax_report_mail(date, date, uuid) from public, anon, authenticated;
grant execute on function private.tax_report_mail(date, date, uuid) to service_role;

create function public.tax_report(p_from date, p_to date) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.tax_report(p_from, p_to)
$$;
comment on function public.tax_report(date, date) is
	'Tax of the events from p_from to p_to, confirmed or completed, by county and rate: {from, to, rows, total, unsettled}. taxes.report. Refuses NOT_ALLOWED, INVALID_REQUEST.';

create function public.tax_report_bookings(
	p_from date, p_to date, p_state text default null, p_county text default null, p_rate numeric default null,
	p_after_date date default null, p_after uuid default null, p_limit int default 50
) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.tax_report_bookings(p_from, p_to, p_state, p_county, p_rate, p_after_date, p_after, p_limit)
$$;
comment on function public.tax_report_bookings(date, date, text, text, numeric, date, uuid, int) is
	'The orders behind a row of tax_report: {rows, has_more}. taxes.report. Refuses NOT_ALLOWED, INVALID_REQUEST.';

create function public.email_tax_report(p_from date, p_to date) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.email_tax_report(p_from, p_to)
$$;
comment on function public.email_tax_report(date, date) is
	'Mails the tax report to whoever asks: {to}. taxes.report. Refuses NOT_ALLOWED, INVALID_REQUEST, RATE_LIMITED.';

grant execute on function private.tax_report(date, date), public.tax_report(date, date),
	private.tax_report_bookings(date, date, text, text, numeric, date, uuid, int),
	public.tax_report_bookings(date, date, text, text, numeric, date, uuid, int),
	private.email_tax_report(date, date), public.email_tax_report(date, date) to authenticated;
