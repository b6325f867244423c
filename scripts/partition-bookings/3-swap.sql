/*
  Partitioning bookings, third of four: writes what changed since the copy, and gives the partitioned table the name, the triggers,
  policies and grants, and everything that refers to it. Who reads or writes bookings waits meanwhile; the notice says how long.
  All or nothing. Gives up when it can't have the table within five seconds: run it again then.
*/

-- Most of what changed is caught up with before anybody has to wait.
begin;
set local search_path = '';
select partitioning.catch_up(format('%I.%I', schema, name), format('partitioning.%I', name), format('private.%I', name || '_keys')) from partitioning.job;
commit;

begin;
set local search_path = '';
set local lock_timeout = '5s';
do $$
declare
	v_job partitioning.job;
	v_source text;
	v_target text;
	v_statements text[];
	v_statement text;
	v_caught integer;
	v_began timestamptz;
begin
	select * into v_job from partitioning.job;
	v_source := format('%I.%I', v_job.schema, v_job.name);
	v_target := format('partitioning.%I', v_job.name);
	execute format('lock table %s in access exclusive mode', v_source);
	v_began := clock_timestamp();
	v_caught := partitioning.catch_up(v_source, v_target, format('private.%I', v_job.name || '_keys'));
	perform partitioning.compare(v_source, format('private.%I', v_job.name || '_keys'));

	-- Read before the names change: the texts say the name, and mean the partitioned table when they run.
	execute format('drop trigger zz_partitioning on %s', v_source);
	v_statements := array(
		select format('create policy %I on %s as %s for %s to %s%s', polname, v_source, case when polpermissive then 'permissive' else 'restrictive' end,
			case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
			(select string_agg(case r when 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ') from unnest(polroles) r),
			partitioning.policy_clauses(oid))
		from pg_catalog.pg_policy where polrelid = v_job.table_id
		union all
		select format('alter table %s force row level security', v_source) from pg_catalog.pg_class where oid = v_job.table_id and relforcerowsecurity
		union all
		select format('alter table %s replica identity full', v_source) from pg_catalog.pg_class where oid = v_job.table_id and relreplident = 'f'
		union all
		select format('grant %s on %s to %s%s', a.privilege_type, v_source, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
			case when a.is_grantable then ' with grant option' else '' end)
		from pg_catalog.pg_class c, aclexplode(c.relacl) a where c.oid = v_job.table_id
		union all
		select format('grant %s (%I) on %s to %s', a.privilege_type, c.attname, v_source, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
		from pg_catalog.pg_attribute c, aclexplode(c.attacl) a where c.attrelid = v_job.table_id and not c.attisdropped
		union all
		select format('comment on table %s is %L', v_source, obj_description(v_job.table_id, 'pg_class'))
	);
	perform partitioning.exchange('partitioning', 'partitioning_before', v_source, format('private.%I', v_job.name || '_keys'));
	foreach v_statement in array v_statements loop
		execute v_statement;
	end loop;
	-- The table that was refers to nothing any more: what it referred to may be deleted when nobody else does.
	for v_statement in
		insert into partitioning.again (sql)
		select format('alter table %s add constraint %I %s not valid', v_source, conname, pg_catalog.pg_get_constraintdef(oid))
		from pg_catalog.pg_constraint where conrelid = v_job.table_id and contype = 'f'
		returning regexp_replace(sql, '^alter table \S+ add constraint (".*?"|\S+) .*', format('alter table partitioning_before.%I drop constraint \1', v_job.name))
	loop
		execute v_statement;
	end loop;
	raise notice 'Swapped, with % rows that had changed: nobody could read or write for % ms.', v_caught,
		round(extract(epoch from clock_timestamp() - v_began) * 1000);
end
$$;
commit;

-- What refers to bookings is looked up once more, among the keys. People book on.
begin;
set local search_path = '';
do $$
declare
	v_statement text;
begin
	for v_statement in
		select format('alter table %s validate constraint %I', f.conrelid::regclass, f.conname)
		from partitioning.job j join pg_catalog.pg_constraint f on f.confrelid = format('private.%I', j.name || '_keys')::regclass
		where f.contype = 'f' and not f.convalidated and f.conparentid = 0
	loop
		execute v_statement;
	end loop;
end
$$;

-- One row by its key, from the one partition that has it; and what the API embeds, which knew by foreign keys what belongs together.
do $$
declare
	v_job partitioning.job;
	v_link record;
begin
	select * into v_job from partitioning.job;
	execute format($sql$
		create function private.%1$I(p_key %2$s) returns setof %3$I.%4$I
		language plpgsql stable rows 1
		set search_path = ''
		as $f$
		declare
			v_by constant timestamptz := (select %5$I from private.%6$I where %7$I = p_key);
		begin
			return query select * from %3$I.%4$I where %7$I = p_key and %5$I = v_by;
		end
		$f$;
		revoke execute on function private.%1$I(%2$s) from public;
		insert into partitioning.made (sql) values ('drop function private.%1$I(%2$s)')$sql$, v_job.name || '_by_key',
		(select format_type(atttypid, atttypmod) from pg_catalog.pg_attribute where attrelid = v_job.table_id and attname = v_job.key),
		v_job.schema, v_job.name, v_job.month_of, v_job.name || '_keys', v_job.key);

	for v_link in
		select min(c.relname)::name as name, min(a.attname)::name as col, bool_or(exists (
			select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisunique and i.indpred is null and string_to_array(i.indkey::text, ' ')::int2[] = f.conkey)) as single
		from pg_catalog.pg_constraint f
		join pg_catalog.pg_class c on c.oid = f.conrelid and c.relnamespace = v_job.schema::regnamespace
		join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
		where f.contype = 'f' and f.conparentid = 0 and f.confrelid = format('private.%I', v_job.name || '_keys')::regclass
		group by f.conrelid having count(*) = 1 -- of two, nobody could say which is meant
	loop
		execute format($sql$
			create function %1$I.%2$I(%1$I.%3$I) returns setof %1$I.%2$I
			language sql stable rows 1 set search_path = ''
			as $f$ select * from %1$I.%2$I where %4$I = ($1).%5$I $f$;
			create function %1$I.%3$I(%1$I.%2$I) returns setof %1$I.%3$I
			language sql stable rows %6$s set search_path = ''
			as $f$ select * from %1$I.%3$I where %5$I = ($1).%4$I $f$;
			revoke execute on function %1$I.%2$I(%1$I.%3$I), %1$I.%3$I(%1$I.%2$I) from public;
			insert into partitioning.made (sql) values ('drop function %1$I.%2$I(%1$I.%3$I), %1$I.%3$I(%1$I.%2$I)')$sql$,
			v_job.schema, v_job.name, v_link.name, v_job.key, v_link.col, case when v_link.single then '1' else '10' end);
		-- Row-level security says what they answer; whoever may call the API may call them.
		execute (select format('grant execute on function %1$I.%2$I(%1$I.%3$I), %1$I.%3$I(%1$I.%2$I) to %4$s', v_job.schema, v_job.name, v_link.name,
			string_agg(quote_ident(rolname), ', ')) from pg_catalog.pg_roles where rolname in ('authenticated', 'service_role') having count(*) > 0);
	end loop;
	perform pg_notify('pgrst', 'reload schema');
end
$$;
commit;
