/*
  Audit: the hash chain of each month, and its verifier.
  A job seals new entries each minute, in order, outside of the transactions that wrote them: numbering entries as they are
  written would make every booking of the month wait for the one before it. An entry is sealed with the next number of its
  month (UTC), the hash of the entry before it and sha256(that hash ‖ the entry as canonical JSON), in hex.
  What it proves: a sealed entry that was changed, removed, added or moved breaks the chain, and verify_audit_chain names the
  first one. Entries cut off at the end are missed by private.audit_chain_heads, which keeps how many there are. What it does
  not: entries younger than the last seal (a minute), and a forger who is the database's owner and rewrites the chain from there
  on with its head. Against that one, keep heads elsewhere: the job logs each, and the CSV of the audit has every hash.
  Tables: private.audit_chain_heads.
*/

alter table public.audit_log
	add column chain_no bigint,
	add column prev_hash text,
	add column hash text,
	add constraint audit_log_sealed_whole check ((hash is null) = (chain_no is null) and (hash is null) = (prev_hash is null));
create index audit_log_unsealed on public.audit_log (occurred_at, id) where hash is null; -- what the job seals next; nearly empty
comment on column public.audit_log.chain_no is 'Place in the month''s chain, from 1; null until sealed.';
comment on column public.audit_log.prev_hash is 'The hash of the entry before it; the first has sha256 of the month, as 2026-11.';
comment on column public.audit_log.hash is 'sha256 over prev_hash and the entry (private.audit_hash).';

create table private.audit_chain_heads (
	month date primary key,
	entries bigint not null default 0,
	hash text not null,
	sealed_at timestamptz not null default now(),
	constraint audit_chain_heads_first_of_month check (extract(day from month) = 1)
);
comment on table private.audit_chain_heads is 'Where each month''s chain ends: how many entries are sealed, and the last hash.';
alter table private.audit_chain_heads enable row level security;
revoke all on private.audit_chain_heads from public, anon, authenticated, service_role;

/* Refuses any change of what was logged, but the one that seals an entry and leaves everything else as it is. */
create or replace function private.refuse_audit_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	if tg_op = 'UPDATE' then
		if old.hash is null and new.hash is not null
			and (new.id, new.occurred_at, new.actor, new.actor_id, new.actor_roles, new.station_id, new.action, new.table_name,
				new.row_id, new.changes, new.request_id, new.address)
			is not distinct from (old.id, old.occurred_at, old.actor, old.actor_id, old.actor_roles, old.station_id, old.action,
				old.table_name, old.row_id, old.changes, old.request_id, old.address) then
			return new;
		end if;
	end if;
	perform private.fail('NOT_ALLOWED', 403, 'The audit log can''t be changed.', null, null);
	return null;
end
$$;

/* The month of an entry: its partition, its chain. */
create function private.audit_month(p_at timestamptz) returns date
language sql stable
set search_path = ''
as $$
	select date_trunc('month', p_at at time zone 'UTC')::date
$$;

/* What the first entry of a month is chained to. */
create function private.audit_genesis(p_month date) returns text
language sql stable
set search_path = ''
as $$
	select encode(sha256(convert_to(to_char(p_month, 'YYYY-MM'), 'UTF8')), 'hex')
$$;

/* The hash of an entry at a place of the chain. jsonb writes one text for one value; times are UTC to the microsecond. */
create function private.audit_hash(p_prev text, p_no bigint, e public.audit_log) returns text
language plpgsql stable
set search_path = ''
as $$
begin
	return encode(sha256(convert_to(p_prev || jsonb_build_array(p_no, e.id,
		to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.actor, e.actor_id, e.actor_roles, e.station_id,
		e.action, e.table_name, e.row_id, e.changes, e.request_id, e.address)::text, 'UTF8')), 'hex');
end
$$;

/*
  Seals up to p_limit entries, oldest first, and answers how many; the job repeats while it is p_limit. What a long transaction
  commits late is sealed late: the chain's order is that of sealing. One caller at a time; another answers 0.
*/
create function private.seal_audit(p_limit int default 2000) returns integer
language plpgsql volatile security definer -- called by a job, which may not write the log
set search_path = ''
as $$
declare
	v_entry public.audit_log;
	v_head private.audit_chain_heads;
	v_count integer := 0;
begin
	if not pg_try_advisory_xact_lock(hashtext('audit.seal')) then
		return 0;
	end if;
	for v_entry in
		select * from public.audit_log where hash is null order by occurred_at, id limit p_limit
	loop
		if v_head.month is distinct from private.audit_month(v_entry.occurred_at) then
			update private.audit_chain_heads set entries = v_head.entries, hash = v_head.hash, sealed_at = now() where month = v_head.month;
			insert into private.audit_chain_heads (month, hash)
			values (private.audit_month(v_entry.occurred_at), private.audit_genesis(private.audit_month(v_entry.occurred_at)))
			on conflict do nothing;
			select * into v_head from private.audit_chain_heads where month = private.audit_month(v_entry.occurred_at);
		end if;
		v_entry.chain_no := v_head.entries + 1;
		v_entry.prev_hash := v_head.hash;
		v_entry.hash := private.audit_hash(v_head.hash, v_entry.chain_no, v_entry);
		update public.audit_log set chain_no = v_entry.chain_no, prev_hash = v_entry.prev_hash, hash = v_entry.hash
		where id = v_entry.id and occurred_at = v_entry.occurred_at;
		v_head.entries := v_entry.chain_no;
		v_head.hash := v_entry.hash;
		v_count := v_count + 1;
	end loop;
	update private.audit_chain_heads set entries = v_head.entries, hash = v_head.hash, sealed_at = now() where month = v_head.month;
	return v_count;
end
$$;

/* Where the chain of the current month ends, for the log: `2026-11 #4711 9f86d081…`; null before its first entry. */
create function private.audit_head() returns text
language sql stable security definer -- called by a job
set search_path = ''
as $$
	select to_char(month, 'YYYY-MM') || ' #' || entries || ' ' || hash
	from private.audit_chain_heads order by month desc limit 1
$$;
grant execute on function private.seal_audit(int), private.audit_head() to service_role;

/* The first entry of a month that breaks its chain: {chain_no, entry_id, problem}; null where none does. */
create function private.broken_entry(p_month date) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
	v_from constant timestamptz := p_month::timestamp at time zone 'UTC';
	v_to constant timestamptz := (p_month + interval '1 month') at time zone 'UTC';
	v_broken jsonb;
	v_head private.audit_chain_heads;
	v_last record;
begin
	select jsonb_build_object('chain_no', least(c.place, c.chain_no), 'entry_id', c.id, 'occurred_at', c.occurred_at, 'problem', case
		when c.chain_no > c.place then 'removed'
		when c.chain_no < c.place then 'added'
		when not c.unchanged then 'changed'
		else 'relinked' end)
	into v_broken
	from (
		select a.id, a.occurred_at, a.chain_no, row_number() over w as place,
			a.hash = private.audit_hash(a.prev_hash, a.chain_no, a) as unchanged,
			a.prev_hash = lag(a.hash, 1, private.audit_genesis(p_month)) over w as linked
		from public.audit_log a
		where a.occurred_at >= v_from and a.occurred_at < v_to and a.hash is not null
		window w as (order by a.chain_no, a.id)
	) c
	where c.chain_no <> c.place or not c.unchanged or not c.linked
	order by c.place limit 1;
	if v_broken is not null then
		return v_broken;
	end if;
	select * into v_head from private.audit_chain_heads where month = p_month;
	select a.chain_no, a.id, a.hash into v_last from public.audit_log a
	where a.occurred_at >= v_from and a.occurred_at < v_to and a.hash is not null
	order by a.chain_no desc limit 1;
	if coalesce(v_last.chain_no, 0) < coalesce(v_head.entries, 0) then
		return jsonb_build_object('chain_no', coalesce(v_last.chain_no, 0) + 1, 'entry_id', null, 'problem', 'removed');
	elsif v_last.hash is distinct from v_head.hash and v_last.chain_no is not null then
		return jsonb_build_object('chain_no', v_last.chain_no, 'entry_id', v_last.id, 'problem', 'added');
	end if;
	return null;
end
$$;

/* Reads a whole month's chain again. */
create function private.verify_audit_chain(p_month date) returns jsonb
language plpgsql stable security definer -- reads all stations' entries and the heads
set search_path = ''
as $$
declare
	v_month constant date := date_trunc('month', p_month)::date;
	v_broken jsonb;
begin
	if not (auth.role() is not distinct from 'service_role' or private.has_permission_everywhere('audit.read')) then
		return private.refuse('NOT_ALLOWED', 403, 'Only head office verifies the whole log.', null, 'Ask an administrator.');
	elsif v_month is null then
		return private.refuse_with(private.invalid_request('{"month": "Choose a month."}'));
	end if;
	v_broken := private.broken_entry(v_month);
	return jsonb_build_object('month', to_char(v_month, 'YYYY-MM'), 'intact', v_broken is null, 'broken', v_broken,
		'entries', coalesce((select h.entries from private.audit_chain_heads h where h.month = v_month), 0),
		'head', (select h.hash from private.audit_chain_heads h where h.month = v_month),
		'sealed_at', (select h.sealed_at from private.audit_chain_heads h where h.month = v_month),
		'unsealed', (select count(*) from public.audit_log a where a.hash is null
			and a.occurred_at >= v_month::timestamp at time zone 'UTC' and a.occurred_at < (v_month + interval '1 month') at time zone 'UTC'));
end
$$;

create function public.verify_audit_chain(p_month date) returns jsonb
language sql stable
set search_path = ''
as $$
	select private.verify_audit_chain(p_month)
$$;
comment on function public.verify_audit_chain(date) is
	'Head office: checks the hash chain of a month: {month, intact, broken: {chain_no, entry_id, problem}, entries, head, sealed_at, unsealed}. Refuses NOT_ALLOWED, INVALID_REQUEST.';
grant execute on function private.verify_audit_chain(date), public.verify_audit_chain(date) to authenticated;

select private.create_job_queue('audit-seal', 2, 5, 120, interval '1 hour');
