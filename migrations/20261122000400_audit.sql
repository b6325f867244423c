/*
  Audit: who did what to which row, written by triggers (private.track) so that nothing can skip it.
  Append-only, also for the owner: what is too old goes by dropping a month's partition.
  Tables: audit_log (partitions by month in private, so that the API never shows them).
*/

create table public.audit_log (
	id uuid not null default private.uuid_v7(),
	occurred_at timestamptz not null default clock_timestamp(),
	actor text not null,
	actor_id uuid,
	actor_roles text[] not null default '{}',
	station_id uuid,
	action text not null,
	table_name text not null,
	row_id text,
	changes jsonb not null default '{}',
	request_id text,
	address text,
	primary key (id, occurred_at),
	constraint audit_log_action_known check (action in ('insert', 'update', 'delete'))
) partition by range (occurred_at);
create index audit_log_station on public.audit_log (station_id, occurred_at desc); -- the policy's column first
create index audit_log_row on public.audit_log (table_name, row_id, occurred_at desc); -- a row's history
create index audit_log_actor on public.audit_log (actor_id, occurred_at desc); -- what a person did
create index audit_log_occurred_at on public.audit_log (occurred_at desc); -- head office's newest first
comment on table public.audit_log is 'Every change of a business row: old and new value of each changed column, by whom, when, where from. Append-only.';
comment on column public.audit_log.actor is 'user:<id>, or the job, webhook or agent that acted, or anonymous, service_role, system.';
comment on column public.audit_log.actor_id is 'The user; kept when the user is gone, so no foreign key.';
comment on column public.audit_log.changes is 'Column → {old, new}. Secrets and message texts are redacted.';
comment on column public.audit_log.station_id is 'The station the row belongs to; null for the company''s.';

-- What no month's partition takes; stays empty while the job makes the months ahead.
create table private.audit_log_default partition of public.audit_log default;
alter table private.audit_log_default enable row level security;

/* Makes the partitions of this month and of p_months more; returns how many were missing. */
create function private.ensure_audit_partitions(p_months int default 3) returns integer
language plpgsql security definer -- makes tables, also when a job calls it
set search_path = ''
as $$
declare
	v_month timestamptz;
	v_name text;
	v_made integer := 0;
begin
	-- Two callers at once would both find it missing.
	perform pg_advisory_xact_lock(hashtext('audit.ensure_partitions'));
	for v_step in 0 .. p_months loop
		v_month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => v_step)) at time zone 'UTC';
		v_name := 'audit_log_' || to_char(v_month at time zone 'UTC', 'YYYY_MM');
		continue when to_regclass('private.' || v_name) is not null;
		-- Made apart and then attached, so that rows which the default partition caught meanwhile move along.
		execute format('create table private.%I (like public.audit_log including defaults including constraints)', v_name);
		execute format('alter table private.%I enable row level security', v_name);
		execute format('alter table private.audit_log_default disable trigger user');
		execute format(
			'with moved as (delete from private.audit_log_default where occurred_at >= %L and occurred_at < %L returning *)
			insert into private.%I select * from moved',
			v_month, (v_month at time zone 'UTC' + interval '1 month') at time zone 'UTC', v_name);
		execute format('alter table private.audit_log_default enable trigger user');
		execute format('alter table public.audit_log attach partition private.%I for values from (%L) to (%L)',
			v_name, v_month, (v_month at time zone 'UTC' + interval '1 month') at time zone 'UTC');
		v_made := v_made + 1;
	end loop;
	return v_made;
end
$$;
grant execute on function private.ensure_audit_partitions(int) to service_role;

/* Refuses any change of what was logged. */
create function private.refuse_audit_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	perform private.fail('NOT_ALLOWED', 403, 'The audit log can''t be changed.', null, null);
	return null;
end
$$;
create trigger append_only before update or delete on public.audit_log
	for each row execute function private.refuse_audit_change();
create trigger append_only_whole before truncate on public.audit_log
	for each statement execute function private.refuse_audit_change();
create trigger append_only_whole before truncate on private.audit_log_default
	for each statement execute function private.refuse_audit_change();

select private.ensure_audit_partitions(3);

alter table public.audit_log enable row level security;
grant select on public.audit_log to authenticated;
revoke insert, update, delete on public.audit_log from service_role;
-- no insert, update or delete for anybody: the trigger of private.track writes

create policy "The audit is read for the stations one may audit" on public.audit_log
	for select to authenticated
	using (station_id in (select private.stations_with('audit.read')) or (select private.has_permission_everywhere('audit.read')));
