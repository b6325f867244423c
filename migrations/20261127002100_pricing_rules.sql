/*
  Pricing: prices by the day of the event, and what any price must keep to.
  A rule raises or lowers prices on weekdays or in a season. Like a price it is never rewritten: it ends, and another one starts,
  so that every past quote can be computed again. Limits say how low and how high an item may ever cost.
  Tables: price_rules, price_limits. Adds the kind of change to price_change_history.
*/

create table public.price_rules (
	id uuid primary key default private.uuid_v7(),
	label text not null,
	codes text[] not null default '{}',
	weekdays smallint[] not null default '{}',
	first_day date,
	last_day date,
	every_year boolean not null default false,
	station_id uuid references public.stations (id) on delete cascade,
	rate numeric(6, 4),
	cents integer,
	priority integer not null default 100,
	effective_from timestamptz not null default now(),
	effective_to timestamptz,
	note text not null,
	replaces uuid references public.price_rules (id) on delete set null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint price_rules_label_bounded check (length(btrim(label)) between 1 and 40),
	constraint price_rules_codes_bounded check (cardinality(codes) <= 50),
	constraint price_rules_weekdays_of_week check (weekdays <@ array[0, 1, 2, 3, 4, 5, 6]::smallint[]),
	constraint price_rules_last_after_first check (every_year or last_day >= first_day),
	constraint price_rules_season_has_days check (not every_year or (first_day is not null and last_day is not null)),
	constraint price_rules_one_kind check ((rate is null) <> (cents is null)),
	constraint price_rules_rate_sensible check (rate between -0.9 and 5 and rate <> 0),
	constraint price_rules_cents_sensible check (cents between -1000000 and 1000000 and cents <> 0),
	constraint price_rules_priority_sensible check (priority between 0 and 1000),
	constraint price_rules_ends_after_start check (effective_to >= effective_from),
	constraint price_rules_note_bounded check (length(btrim(note)) between 3 and 500)
);
create index price_rules_in_force on public.price_rules (effective_from, effective_to); -- what holds at a time
create index price_rules_station on public.price_rules (station_id); -- the foreign key
create index price_rules_replaces on public.price_rules (replaces);
comment on table public.price_rules is 'Prices that differ by the day of the event. Of those that cover an item on a day, the one with the highest priority counts, then the newest.';
comment on column public.price_rules.label is 'What the customer reads beside the price, like Saturday.';
comment on column public.price_rules.codes is 'The price codes it changes; empty = all food. What is free stays free.';
comment on column public.price_rules.weekdays is '0 = Sunday … 6 = Saturday, of the event on the station''s clock; empty = every day.';
comment on column public.price_rules.first_day is 'First day of the event; with every_year only its month and day count.';
comment on column public.price_rules.rate is 'The share that is added, as a fraction; negative lowers.';
comment on column public.price_rules.cents is 'The cents that are added to each unit; negative lowers, never below nothing.';
comment on column public.price_rules.effective_from is 'From when quotes know it, which is another thing than the days it is about.';
comment on column public.price_rules.replaces is 'The rule that it is an edit of.';

create table public.price_limits (
	code text primary key,
	min_cents integer not null,
	max_cents integer not null,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	version integer not null default 1,
	constraint price_limits_code_bounded check (code ~ '^[a-z][a-z0-9_]{1,59}$'),
	constraint price_limits_not_negative check (min_cents >= 0),
	constraint price_limits_in_order check (max_cents >= min_cents)
);
comment on table public.price_limits is 'How low and how high an item may cost, rules included. No row, no limit.';

alter table public.price_change_history add column kind text not null default 'set',
	add constraint price_change_history_kind_known check (kind in ('set', 'scheduled', 'cancelled', 'restored'));
comment on column public.price_change_history.kind is 'set at once, scheduled for later, a scheduled one cancelled, or an earlier one restored.';
create index price_change_history_at on public.price_change_history (changed_at, id); -- the whole history, newest first

select private.track('public.price_rules');
select private.track('public.price_limits');

-- What any price keeps to ----------------------------------------------------------------------------------------------------------

/* A price under a rule, in cents: rounded half up, never below nothing, and nothing stays nothing. No rule, no change. */
create function private.adjusted_price(p_cents int, p_rate numeric, p_add int) returns integer
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
	return case when p_cents = 0 then 0 else greatest(0, round(p_cents * (1 + coalesce(p_rate, 0)))::integer + coalesce(p_add, 0)) end;
end
$$;

/* Whether a rule is about a day: weekday, and days or season. A season may go over New Year. */
create function private.rule_covers(p_rule public.price_rules, p_day date) returns boolean
language plpgsql immutable
set search_path = ''
as $$
begin
	return (p_rule.weekdays = '{}' or extract(dow from p_day)::smallint = any (p_rule.weekdays))
		and case
			when not p_rule.every_year then p_day >= coalesce(p_rule.first_day, '-infinity') and p_day <= coalesce(p_rule.last_day, 'infinity')
			when to_char(p_rule.first_day, 'MMDD') <= to_char(p_rule.last_day, 'MMDD')
				then to_char(p_day, 'MMDD') between to_char(p_rule.first_day, 'MMDD') and to_char(p_rule.last_day, 'MMDD')
			else to_char(p_day, 'MMDD') >= to_char(p_rule.first_day, 'MMDD') or to_char(p_day, 'MMDD') <= to_char(p_rule.last_day, 'MMDD')
		end;
end
$$;

/*
  Makes prices and bookings take turns: a price changes only while no booking is being priced (create_booking holds the same lock,
  shared), and starts no earlier than that moment. So what a booking was priced at is what held at its time, without exception.
*/
create function private.lock_prices() returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	if coalesce(current_setting('app.price_preview', true), '') <> 'on' then -- a preview is taken back: nobody needs to wait for it
		perform pg_advisory_xact_lock(hashtext('pricing.prices'));
	end if;
end
$$;

/* Refuses where a price in force or to come, alone or under a rule, leaves its limits. p_code null: looks at all. */
create function private.keep_limits(p_code text) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
	v_broken record;
begin
	select b.code, b.label, a.cents, l.min_cents, l.max_cents, r.label as rule into v_broken
	from public.price_limits l
	join public.price_book b on b.code = l.code and (b.effective_to is null or b.effective_to > clock_timestamp())
	left join lateral (
		select p.label, p.rate, p.cents from public.price_rules p
		where (p.effective_to is null or p.effective_to > clock_timestamp())
			and ((p.codes = '{}' and b.unit in ('person', 'each')) or b.code = any (p.codes))
		union all
		select null, null, null
	) r on true
	cross join lateral (select private.adjusted_price(b.unit_cents, r.rate, r.cents) as cents) a
	where (p_code is null or l.code = p_code) and a.cents not between l.min_cents and l.max_cents
	order by r.label nulls first limit 1;
	if found then
		perform private.fail('INVALID_REQUEST', 422,
			format('%s would cost $%s%s, outside of its limits of $%s to $%s.', v_broken.label, trim(to_char(v_broken.cents / 100.0, '99999990D00')),
				' with “' || v_broken.rule || '”', trim(to_char(v_broken.min_cents / 100.0, '99999990D00')), trim(to_char(v_broken.max_cents / 100.0, '99999990D00'))),
			jsonb_build_object('fields', jsonb_build_object('unit_cents', format('Between $%s and $%s.',
				trim(to_char(v_broken.min_cents / 100.0, '99999990D00')), trim(to_char(v_broken.max_cents / 100.0, '99999990D00')))))::text,
			'Choose another amount, or change the limits first.');
	end if;
end
$$;

/* Refuses a change of more than a quarter unless it was confirmed (set_price and save_price_rule say so). */
create function private.keep_change_small(p_old int, p_new int) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	if abs(p_new - p_old) * 4 > p_old and coalesce(current_setting('app.price_confirmed', true), '') <> 'on' then
		perform private.fail('PRICE_CHANGE_LARGE', 409, 'That changes the price by more than a quarter.',
			jsonb_build_object('old_cents', p_old, 'new_cents', p_new)::text, 'Look at both figures and confirm.');
	end if;
end
$$;

/*
  Before a new price: it starts at once or later, ends where the next one starts, and ends the one before it, so that adding a
  price is all it takes to change one. Refuses INVALID_REQUEST, PRICE_CHANGE_LARGE.
*/
create or replace function private.end_previous_price() returns trigger
language plpgsql security definer -- the writer needs no right to update other prices
set search_path = ''
as $$
declare
	v_before public.price_book;
	v_next timestamptz;
begin
	perform private.lock_prices();
	if not exists (select from public.price_book where code = new.code) then
		return new; -- a code's first price may be told afterwards
	end if;
	if new.effective_from < now() then
		perform private.fail('INVALID_REQUEST', 422, 'A price can''t start in the past.',
			'{"fields": {"effective_from": "Choose a time to come, or leave it empty for now."}}', 'Past quotes must stay explainable.');
	end if;
	new.effective_from := greatest(new.effective_from, clock_timestamp());
	if exists (select from public.price_book where code = new.code and effective_from = new.effective_from) then
		perform private.fail('INVALID_REQUEST', 422, 'Another price starts at that very moment.',
			'{"fields": {"effective_from": "Cancel the other one first, or choose another time."}}');
	end if;
	select * into v_before from public.price_book
	where code = new.code and effective_from < new.effective_from order by effective_from desc limit 1;
	perform private.keep_change_small(v_before.unit_cents, new.unit_cents);
	select min(effective_from) into v_next from public.price_book where code = new.code and effective_from > new.effective_from;
	new.effective_to := least(new.effective_to, v_next);
	update public.price_book set effective_to = new.effective_from
	where id = v_before.id and (effective_to is null or effective_to > new.effective_from);
	return new;
end
$$;

/* After a price came, changed or was taken back: one row of history. */
create or replace function private.record_price_change() returns trigger
language plpgsql security definer -- nobody may write the history but this
set search_path = ''
as $$
declare
	v_row constant public.price_book := case when tg_op = 'DELETE' then old else new end;
	v_before integer;
begin
	select unit_cents into v_before from public.price_book
	where code = v_row.code and effective_from < v_row.effective_from order by effective_from desc limit 1;
	insert into public.price_change_history (code, old_cents, new_cents, effective_from, effective_to, reason, actor, changed_by, kind)
	values (
		v_row.code,
		case tg_op when 'INSERT' then v_before else old.unit_cents end,
		case tg_op when 'DELETE' then coalesce(v_before, 0) else v_row.unit_cents end,
		v_row.effective_from, v_row.effective_to,
		coalesce(nullif(current_setting('app.price_reason', true), ''), v_row.note), private.current_actor(), auth.uid(),
		case
			when tg_op = 'DELETE' then 'cancelled'
			when tg_op = 'INSERT' and current_setting('app.price_kind', true) = 'restored' then 'restored'
			when v_row.effective_from > clock_timestamp() then 'scheduled'
			else 'set'
		end);
	return null;
end
$$;
create trigger history_of_cancelled after delete on public.price_book
	for each row execute function private.record_price_change();

/* After a price to come was taken back: the one before it holds on until whatever comes next. */
create function private.reopen_price() returns trigger
language plpgsql security definer -- the caller needs no right to update other prices
set search_path = ''
as $$
begin
	update public.price_book set effective_to = old.effective_to where code = old.code and effective_to = old.effective_from;
	return null;
end
$$;
create trigger a_reopen after delete on public.price_book for each row execute function private.reopen_price();

/* Before a price is deleted: only one that never held may be. */
create function private.cancel_price() returns trigger
language plpgsql security definer -- locks for whoever may delete
set search_path = ''
as $$
begin
	perform private.lock_prices();
	if old.effective_from <= clock_timestamp() then
		perform private.fail('INVALID_REQUEST', 422, 'A price that held can''t be taken back.',
			'{"fields": {"price": "Set another price instead."}}', 'Set another price instead.');
	end if;
	return old;
end
$$;
create trigger b_cancel before delete on public.price_book for each row execute function private.cancel_price();

/*
  Before the end of a price is moved by hand: not into the past. (That nothing in use is left without a price is looked at when
  all is written.)
*/
create function private.guard_price_end() returns trigger
language plpgsql security definer -- locks for whoever may update
set search_path = ''
as $$
begin
	perform private.lock_prices();
	if new.effective_to is not null and new.effective_to < now() and pg_trigger_depth() = 1 then
		perform private.fail('INVALID_REQUEST', 422, 'A price can''t end in the past.',
			'{"fields": {"effective_to": "Choose a time to come."}}', 'Past quotes must stay explainable.');
	end if;
	return new;
end
$$;
create trigger b_guard_end before update of effective_to on public.price_book
	for each row when (old.effective_to is distinct from new.effective_to) execute function private.guard_price_end();

/* When all is written: no quote can be left without a price that it needs. */
create function private.keep_priced() returns trigger
language plpgsql security definer -- reads the whole price book and menu
set search_path = ''
as $$
declare
	v_code constant text := case when tg_op = 'DELETE' then old.code else new.code end;
begin
	if (v_code in ('adult', 'child', 'toddler', 'minimum_order', 'travel', 'deposit')
			or exists (select from public.menu_items where price_code = v_code and active and deleted_at is null))
		and exists (
			select from public.price_book b
			where b.code = v_code and b.effective_to > now()
				and not exists (select from public.price_book n where n.code = v_code and n.effective_from = b.effective_to)) then
		perform private.fail('INVALID_REQUEST', 422, format('Nothing could be quoted without a price for %s.', v_code),
			'{"fields": {"effective_to": "Set the next price instead; this one ends by itself."}}', 'Set the next price instead.');
	end if;
	return null;
end
$$;
create constraint trigger keep_priced after update of effective_to or delete on public.price_book
	deferrable initially deferred for each row execute function private.keep_priced();

/* Before a rule: it is known from now on at the earliest. */
create function private.rule_columns() returns trigger
language plpgsql security definer -- locks for whoever may write
set search_path = ''
as $$
begin
	perform private.lock_prices();
	if tg_op = 'INSERT' then
		new.effective_from := greatest(new.effective_from, clock_timestamp());
		perform private.keep_change_small(100, private.adjusted_price(100, new.rate, null));
	end if;
	return new;
end
$$;
create trigger b_columns before insert or update on public.price_rules
	for each row execute function private.rule_columns();

/* After a price, a rule or a limit: all prices are within their limits. */
create function private.check_limits() returns trigger
language plpgsql security definer -- reads all prices, rules and limits
set search_path = ''
as $$
begin
	perform private.keep_limits(to_jsonb(new) ->> 'code');
	return null;
end
$$;
create trigger limits after insert on public.price_book for each row execute function private.check_limits();
create trigger limits after insert or update on public.price_limits for each row execute function private.check_limits();
create trigger limits after insert on public.price_rules for each row execute function private.check_limits();

-- Telling ---------------------------------------------------------------------------------------------------------------------------

/* Tells open quotes to ask again, and the panel to look again. The public message says nothing but that. */
create function private.announce_prices() returns void
language plpgsql volatile security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send('{}'::jsonb, 'prices_changed', 'prices', false);
	perform realtime.send('{}'::jsonb, 'pricing_changed', 'staff:pricing', true);
end
$$;
grant execute on function private.announce_prices() to service_role;

/* After prices, rules or limits were written. */
create function private.prices_written() returns trigger
language plpgsql security definer -- see announce_prices
set search_path = ''
as $$
begin
	perform private.announce_prices();
	return null;
end
$$;
create trigger announce after insert or update or delete on public.price_book for each statement execute function private.prices_written();
create trigger announce after insert or update or delete on public.price_rules for each statement execute function private.prices_written();
create trigger announce after insert or update or delete on public.price_limits for each statement execute function private.prices_written();
create trigger announce_prices after update of enabled on public.feature_flags
	for each row when (old.enabled <> new.enabled and new.key = 'dynamic_pricing') execute function private.prices_written();
insert into private.topic_permissions (scope, what, permission) values ('staff', 'pricing', 'pricing.read');

select private.create_job_queue('prices-start', 12, 10, 60);

/* After something was written that starts or ends later: a job tells open pages when it does. */
create function private.prices_start_later() returns trigger
language plpgsql security definer -- enqueue is the database's own
set search_path = ''
as $$
declare
	v_at timestamptz;
begin
	foreach v_at in array array[new.effective_from, new.effective_to] loop
		if v_at > clock_timestamp() and isfinite(v_at) then
			perform private.enqueue('prices-start', '{}', v_at, extract(epoch from v_at)::text);
		end if;
	end loop;
	return null;
end
$$;
create trigger start_later after insert or update of effective_to on public.price_book
	for each row execute function private.prices_start_later();
create trigger start_later after insert or update of effective_to on public.price_rules
	for each row execute function private.prices_start_later();

-- Row-level security ------------------------------------------------------------------------------------------------------------------

alter table public.price_rules enable row level security;
alter table public.price_limits enable row level security;
grant select on public.price_rules, public.price_limits to authenticated;
grant insert (code, min_cents, max_cents), update (min_cents, max_cents), delete on public.price_limits to authenticated;
-- no write of rules: save_price_rule and end_price_rule do it, so that none is rewritten
-- nothing to anon: visitors get what a rule makes of a price from quote_event

create policy "Price rules are read by those who read prices" on public.price_rules
	for select to authenticated using ((select private.has_permission('pricing.read')));
create policy "Price limits are read by those who read prices" on public.price_limits
	for select to authenticated using ((select private.has_permission('pricing.read')));
create policy "Price limits are added by those who set prices" on public.price_limits
	for insert to authenticated with check ((select private.has_permission_everywhere('pricing.write')));
create policy "Price limits are changed by those who set prices" on public.price_limits
	for update to authenticated using ((select private.has_permission_everywhere('pricing.write')))
	with check ((select private.has_permission_everywhere('pricing.write')));
create policy "Price limits are taken away by those who set prices" on public.price_limits
	for delete to authenticated using ((select private.has_permission_everywhere('pricing.write')));
