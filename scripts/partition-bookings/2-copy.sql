/*
  Partitioning bookings, second of four: makes the partitioned table beside the one in use, copies the rows and compares them.
  People book on; a trigger notes which rows they write, for the swap to write again. Run it again only after back.sql or
  4-finish.sql with a fresh 1-tools.sql.
    private.bookings_keys  one row for each booking: what is unique over all months, which a partitioned table can't say itself
    private.bookings       empty but for the moment in which a booking goes to another month: see private.bookings_moves()
*/

begin;
set local search_path = '';

/* A trigger's own parts, as text. */
create function partitioning.trigger_parts(p_trigger oid, out columns text, out condition text, out call text)
language sql stable
set search_path = ''
as $$
	select (
			select ' of ' || string_agg(format('%I', a.attname), ', ')
			from pg_catalog.pg_attribute a where a.attrelid = t.tgrelid and a.attnum = any (t.tgattr::int2[])
		),
		substring(d.def from ' FOR EACH ROW WHEN \((.*)\) EXECUTE FUNCTION '),
		substring(d.def from ' EXECUTE FUNCTION (.*)$')
	from pg_catalog.pg_trigger t, lateral (select pg_catalog.pg_get_triggerdef(t.oid) as def) d where t.oid = p_trigger
$$;

/*
  The statements that give the partitioned table its triggers. PostgreSQL carries out an update that leaves a partition as a
  deletion and an insertion. So what acts on those two is told apart from what acts on updates, and does not act on such a row;
  what acts after an update acts on private.<table>, to which the change is shown as the one change that it is.
*/
create function partitioning.triggers(p_table oid, p_target text, p_aside text) returns setof text
language plpgsql stable
set search_path = ''
as $$
declare
	v_key name := (select key from partitioning.job);
	t record;
	e record;
begin
	for t in
		select g.*, p.* from pg_catalog.pg_trigger g, partitioning.trigger_parts(g.oid) p
		where g.tgrelid = p_table and not g.tgisinternal and g.tgname <> 'zz_partitioning' order by g.tgname
	loop
		if t.tgtype & 1 = 0 then
			return next regexp_replace(pg_catalog.pg_get_triggerdef(t.oid), ' ON \S+ ', format(' ON %s ', p_target));
			continue;
		end if;
		for e in select * from (values (16, 'update', '', null), (4, 'insert', ' (new)', 'new'), (8, 'delete', ' (gone)', 'old')) v (bit, event, suffix, side) loop
			continue when t.tgtype & e.bit = 0;
			return next format('create trigger %I %s %s on %s for each row%s execute function %s',
				t.tgname || case when t.tgtype & 28 = e.bit then '' else e.suffix end,
				case when t.tgtype & 2 > 0 then 'before' else 'after' end,
				e.event || case when e.bit = 16 then coalesce(t.columns, '') else '' end, p_target,
				' when (' || nullif(concat_ws(' and ', '(' || t.condition || ')',
					case when e.side is not null then
						format('pg_catalog.current_setting(''partitioning.moving'', true) is distinct from %s.%I::text', e.side, v_key) end), '') || ')',
				t.call);
			if e.bit = 16 and t.tgtype & 2 = 0 then
				return next format('create trigger %I after update%s on %s for each row%s execute function %s', t.tgname,
					coalesce(t.columns, ''), p_aside, coalesce(' when (' || t.condition || ')', ''), t.call);
			end if;
			if t.tgenabled <> 'O' then
				return next format('alter table %s %s trigger %I', p_target,
					case t.tgenabled when 'D' then 'disable' when 'A' then 'enable always' else 'enable replica' end,
					t.tgname || case when t.tgtype & 28 = e.bit then '' else e.suffix end);
			end if;
		end loop;
	end loop;
end
$$;

-- The table, empty ---------------------------------------------------------------------------------------------------------------
do $$
declare
	v_job partitioning.job;
	v_source text;
	v_columns text;
	v_month timestamp;
begin
	select * into v_job from partitioning.job;
	v_source := format('%I.%I', v_job.schema, v_job.name);
	execute format('create table partitioning.%I (like %s including all excluding indexes excluding statistics) partition by range (%I)',
		v_job.name, v_source, v_job.month_of);
	execute format('alter table partitioning.%I owner to %I', v_job.name,
		(select pg_get_userbyid(relowner) from pg_catalog.pg_class where oid = v_job.table_id));
	execute format('alter table partitioning.%I enable row level security', v_job.name);

	-- One partition for each month that has a booking, and for two years ahead; the default takes the rest, so that no insert fails.
	execute format('create table private.%I partition of partitioning.%I default', v_job.name || '_default', v_job.name);
	execute format('alter table private.%I enable row level security', v_job.name || '_default');
	for v_month in execute format($sql$
		select date_trunc('month', %I at time zone 'UTC') from %s where %1$I < now() + interval '24 months'
		union select date_trunc('month', now() at time zone 'UTC') + make_interval(months => m) from generate_series(0, 24) m order by 1$sql$,
		v_job.month_of, v_source)
	loop
		execute format('create table private.%I partition of partitioning.%I for values from (%L) to (%L)', v_job.name || to_char(v_month, '_YYYY_MM'),
			v_job.name, v_month at time zone 'UTC', (v_month + interval '1 month') at time zone 'UTC');
		execute format('alter table private.%I enable row level security', v_job.name || to_char(v_month, '_YYYY_MM'));
	end loop;

	-- The keys, and a place aside for a row between two months: columns as they are, without defaults.
	select string_agg(format('%I', k), ', ') into v_columns from unnest(partitioning.key_columns(v_job.table_id)) k;
	execute format('create table private.%I as select %s from %s with no data', v_job.name || '_keys', v_columns, v_source);
	execute format('alter table private.%I alter %I set not null, enable row level security', v_job.name || '_keys', v_job.month_of);
	execute format('comment on table private.%I is %L', v_job.name || '_keys', 'What is unique in ' || v_job.name || ' over all months; foreign keys refer to it.');
	execute format('create table private.%I (like %s)', v_job.name, v_source);
	execute format('alter table private.%I enable row level security', v_job.name);
	execute format('comment on table private.%I is %L', v_job.name, 'A row that goes to another month, while it goes.');
	execute format('create function private.%1$I(private.%2$I) returns %3$s language sql immutable set search_path = '''' return row(($1).*)::%3$s',
		v_job.name || '_as_it_is', v_job.name, format('partitioning.%I', v_job.name));
	execute format('create cast (private.%1$I as partitioning.%1$I) with function private.%2$I(private.%1$I) as implicit', v_job.name, v_job.name || '_as_it_is');
end
$$;


-- What keeps the keys true, and shows a change of the month as the change that it is -----------------------------------------------
do $$
declare
	v_job partitioning.job;
	v_columns text;
	v_values text;
begin
	select * into v_job from partitioning.job;
	select string_agg(format('%I', k), ', '), string_agg(format('new.%I', k), ', ') into v_columns, v_values
	from unnest(partitioning.key_columns(v_job.table_id)) k;
	execute format($sql$
		/* Before an update: a row that leaves its partition is kept aside as it was, and what acts on deletions and insertions is told. */
		create function private.%1$I() returns trigger
		language plpgsql security definer -- nobody may write what is aside
		set search_path = ''
		as $f$
		declare
			v_leaves boolean;
		begin
			execute format('select not (%%s) from (select ($1).*) r', pg_catalog.pg_get_partition_constraintdef(tg_relid)) into v_leaves using new;
			if v_leaves then
				insert into private.%2$I select (old).*;
				perform set_config('partitioning.moving', old.%3$I::text, true);
			end if;
			return new;
		end
		$f$;
		$sql$, v_job.name || '_moves', v_job.name, v_job.key);
	execute format($sql$
		/*
		  After each write: the keys follow. A row that came from another month gets its update here, so that everything that acts
		  after updates does; only the columns that differ are named in it, for what acts on some columns only.
		*/
		create function private.%1$I() returns trigger
		language plpgsql security definer -- nobody may write keys
		set search_path = ''
		as $f$
		declare
			v_old private.%2$I;
			v_changes text;
		begin
			if tg_op = 'DELETE' then
				delete from private.%3$I where %4$I = old.%4$I;
				return null;
			elsif tg_op = 'UPDATE' then
				update private.%3$I set (%5$s) = row(%6$s) where %4$I = old.%4$I;
				return null;
			end if;
			select * into v_old from private.%2$I where %4$I = new.%4$I;
			if not found then
				insert into private.%3$I (%5$s) values (%6$s);
				return null;
			end if;
			update private.%3$I set (%5$s) = row(%6$s) where %4$I = new.%4$I;
			perform set_config('partitioning.moving', '', true);
			select string_agg(format('%%1$I = ($1).%%1$I', key), ', ') into v_changes
			from jsonb_each(to_jsonb(new)) n join jsonb_each(to_jsonb(v_old)) o using (key) where n.value is distinct from o.value;
			execute format('update private.%2$I set %%s where %4$I = $2', v_changes) using new, new.%4$I;
			delete from private.%2$I where %4$I = new.%4$I;
			return null;
		end
		$f$;
		$sql$, v_job.name || '_keys_follow', v_job.name, v_job.name || '_keys', v_job.key, v_columns, v_values);
	execute format($sql$
		/* Makes the partitions of the coming months; rows of theirs that the default partition has must go first. */
		create function private.%1$I(p_months int default 24) returns integer
		language plpgsql volatile
		set search_path = ''
		as $f$
		declare
			v_month timestamp := date_trunc('month', now() at time zone 'UTC');
			v_name text;
			v_made integer := 0;
		begin
			for v_step in 0 .. p_months loop
				v_name := %2$L || to_char(v_month + make_interval(months => v_step), '_YYYY_MM');
				continue when to_regclass('private.' || v_name) is not null;
				execute format('create table private.%%I partition of %3$I.%2$I for values from (%%L) to (%%L)', v_name,
					(v_month + make_interval(months => v_step)) at time zone 'UTC', (v_month + make_interval(months => v_step + 1)) at time zone 'UTC');
				execute format('alter table private.%%I enable row level security', v_name);
				v_made := v_made + 1;
			end loop;
			return v_made;
		end
		$f$;
		$sql$, 'ensure_' || v_job.name || '_partitions', v_job.name, v_job.schema);
	execute format('revoke execute on function private.%1$I(), private.%2$I(), private.%3$I(int) from public',
		v_job.name || '_moves', v_job.name || '_keys_follow', 'ensure_' || v_job.name || '_partitions');
	-- From here on, who writes the table in use leaves a note. Waits for whoever is writing it.
	execute format('create trigger zz_partitioning after insert or update or delete on %I.%I for each row execute function partitioning.note_change()',
		v_job.schema, v_job.name);
end
$$;
commit;

-- The rows -------------------------------------------------------------------------------------------------------------------------
begin;
set local search_path = '';
do $$
declare
	v_job partitioning.job;
	v_source text;
	v_target text;
	v_keys text;
	v_rows bigint;
	v_index record;
	v_statement text;
	v_began timestamptz := clock_timestamp();
begin
	select * into v_job from partitioning.job;
	v_source := format('%I.%I', v_job.schema, v_job.name);
	v_target := format('partitioning.%I', v_job.name);
	v_keys := format('private.%I', v_job.name || '_keys');
	execute format('insert into %s (%s) select %2$s from %s order by %I', v_target, partitioning.columns_of(v_job.table_id), v_source, v_job.month_of);
	get diagnostics v_rows = row_count;
	execute format('insert into %s select %s from %s', v_keys,
		(select string_agg(format('%I', k), ', ') from unnest(partitioning.key_columns(v_job.table_id)) k), v_target);
	raise notice 'Copied % rows in % s.', v_rows, round(extract(epoch from clock_timestamp() - v_began));

	-- Indexes after the rows: built once instead of row by row. What is unique over all months is so among the keys.
	execute format('alter table %s add constraint %I primary key (%I)', v_keys, v_job.name || '_keys_pkey', v_job.key);
	execute format('alter table %s add constraint %I primary key (%I, %I)', v_target,
		(select conname from pg_catalog.pg_constraint where conrelid = v_job.table_id and contype = 'p'), v_job.key, v_job.month_of);
	for v_index in
		select c.relname as name, pg_catalog.pg_get_indexdef(c.oid) as definition, u.indexrelid is not null as over_all
		from pg_catalog.pg_index i
		join pg_catalog.pg_class c on c.oid = i.indexrelid
		left join partitioning.unique_indexes(v_job.table_id) u using (indexrelid)
		where i.indrelid = v_job.table_id and i.indisvalid and not i.indisprimary
	loop
		if v_index.over_all then
			execute regexp_replace(v_index.definition, ' ON \S+ USING ', format(' ON %s USING ', v_keys));
			v_index.definition := replace(v_index.definition, 'CREATE UNIQUE INDEX', 'CREATE INDEX');
		end if;
		execute regexp_replace(v_index.definition, ' ON \S+ USING ', format(' ON %s USING ', v_target));
	end loop;
	-- The triggers now, because each is made once more for each partition: that takes seconds. Nobody writes the table but the copy,
	-- for which they do not act.
	for v_statement in select partitioning.triggers(v_job.table_id, v_target, format('private.%I', v_job.name)) loop
		execute v_statement;
	end loop;
	execute format('create trigger "00_keys" after insert or update of %s on %s for each row execute function private.%I()',
		(select string_agg(format('%I', k), ', ') from unnest(partitioning.key_columns(v_job.table_id)) k), v_target, v_job.name || '_keys_follow');
	execute format('create trigger "00_keys (gone)" after delete on %s for each row
		when (pg_catalog.current_setting(''partitioning.moving'', true) is distinct from old.%I::text) execute function private.%I()',
		v_target, v_job.key, v_job.name || '_keys_follow');
	execute format('create trigger "~moves" before update on %s for each row when (old.%I is distinct from new.%2$I) execute function private.%I()',
		v_target, v_job.month_of, v_job.name || '_moves');
	-- For the way back: what is written after the swap.
	execute format('create trigger zz_partitioning after insert or update or delete on %s for each row execute function partitioning.note_change()', v_target);
	execute format('analyze %s', v_target);
	execute format('analyze %s', v_keys);
	raise notice 'Indexed them, % s since the start.', round(extract(epoch from clock_timestamp() - v_began));
end
$$;
commit;

begin;
set local search_path = '';
do $$
declare
	v_job partitioning.job;
	v_caught integer;
	v_different bigint;
	v_definition text;
begin
	select * into v_job from partitioning.job;
	v_caught := partitioning.catch_up(format('%I.%I', v_job.schema, v_job.name), format('partitioning.%I', v_job.name), format('private.%I', v_job.name || '_keys'));
	-- Each row to the letter, but for those with a note since. One statement, so one moment.
	execute format('select count(*) from %1$I.%2$I a full join partitioning.%2$I b using (%3$I)
		where a::text is distinct from b::text and %3$I::text not in (select id from partitioning.changed)', v_job.schema, v_job.name, v_job.key)
	into v_different;
	if v_different > 0 then
		raise exception '% rows differ from their copies', v_different;
	end if;
	raise notice 'Caught up with % rows that changed meanwhile; every row is the same in both.', v_caught;
	-- The table refers to others as it did. Who writes those waits while they are looked up.
	for v_definition in
		select format('alter table partitioning.%I add constraint %I %s', v_job.name, conname, pg_catalog.pg_get_constraintdef(oid))
		from pg_catalog.pg_constraint where conrelid = v_job.table_id and contype = 'f'
	loop
		execute v_definition;
	end loop;
end
$$;
commit;
