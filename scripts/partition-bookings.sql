/*
  Copies bookings into a table partitioned by the month of the event, and compares. Tested, not applied: see
  docs/guides/partitioning-bookings.md. Reads the source, changes nothing in it.
    psql -v ON_ERROR_STOP=1 -f scripts/partition-bookings.sql "$DATABASE_URL"
    PGOPTIONS='-c partition.source=scratch.bookings -c partition.target=scratch.bookings_partitioned' psql …
  Afterwards <target> has the rows by month, and <target>_keys keeps id, reference and idempotency key unique over all months,
  which a partitioned table can't: PostgreSQL wants the partition key in each of its unique keys.
*/

do $$
declare
	v_source regclass := coalesce(nullif(current_setting('partition.source', true), ''), 'public.bookings')::regclass;
	v_target text := coalesce(nullif(current_setting('partition.target', true), ''), 'public.bookings_partitioned');
	v_schema text := split_part(v_target, '.', 1);
	v_name text := split_part(v_target, '.', 2);
	v_month timestamp;
	v_last timestamp;
	v_next timestamp;
	v_rows bigint;
	v_different bigint;
	v_began timestamptz := clock_timestamp();
begin
	if v_name = '' then
		raise exception 'partition.target is schema.table, not %', v_target;
	end if;
	-- Who writes meanwhile waits: a row that changes behind the copy would be lost.
	execute format('lock table %s in share mode', v_source);

	execute format('create table %I.%I (like %s including defaults including constraints including comments) partition by range (event_at)',
		v_schema, v_name, v_source);
	execute format('create table %I.%I (
			id uuid primary key,
			reference text not null unique,
			idempotency_key text unique,
			event_at timestamptz not null
		)', v_schema, v_name || '_keys');

	-- One partition for each month that has a booking, up to two years ahead; the default takes the rest, so that no insert fails.
	execute format($sql$select date_trunc('month', min(event_at) at time zone 'UTC'), date_trunc('month', greatest(max(event_at), now()) at time zone 'UTC') from %s$sql$, v_source)
	into v_month, v_last;
	v_month := coalesce(v_month, date_trunc('month', now() at time zone 'UTC'));
	v_last := greatest(v_last, date_trunc('month', now() at time zone 'UTC') + interval '24 months');
	while v_month <= v_last loop
		v_next := v_month + interval '1 month';
		execute format('create table %I.%I partition of %I.%I for values from (%L) to (%L)', v_schema,
			v_name || to_char(v_month, '_YYYY_MM'), v_schema, v_name, v_month at time zone 'UTC', v_next at time zone 'UTC');
		v_month := v_next;
	end loop;
	execute format('create table %I.%I partition of %I.%I default', v_schema, v_name || '_default', v_schema, v_name);

	execute format('insert into %I.%I select * from %s order by event_at', v_schema, v_name, v_source);
	get diagnostics v_rows = row_count;
	execute format('insert into %I.%I select id, reference, idempotency_key, event_at from %I.%I', v_schema, v_name || '_keys', v_schema, v_name);

	-- Indexes after the rows: built once instead of row by row.
	execute format('alter table %I.%I add primary key (id, event_at)', v_schema, v_name);
	execute format('create index on %I.%I (station_id, event_at)', v_schema, v_name);
	execute format('create index on %I.%I (customer_id, event_at)', v_schema, v_name);
	execute format('create index on %I.%I (chef_id, event_at) where chef_id is not null', v_schema, v_name);
	execute format('create index on %I.%I (updated_at, id)', v_schema, v_name);
	execute format('analyze %I.%I', v_schema, v_name);

	-- Every month has the same number of bookings and the same money in both, or nothing of this happened.
	execute format($sql$
		select count(*) from (
			select date_trunc('month', event_at) as month, count(*) as bookings, sum(total_cents) as cents from %s group by 1
		) a full join (
			select date_trunc('month', event_at) as month, count(*) as bookings, sum(total_cents) as cents from %I.%I group by 1
		) b using (month)
		where (a.bookings, a.cents) is distinct from (b.bookings, b.cents)$sql$, v_source, v_schema, v_name)
	into v_different;
	if v_different > 0 then
		raise exception 'In % months the copy differs from %', v_different, v_source;
	end if;
	raise notice 'Copied % bookings into % in % ms; every month is the same in both.', v_rows, v_target,
		round(extract(epoch from clock_timestamp() - v_began) * 1000);
end
$$;
