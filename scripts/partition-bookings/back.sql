/*
  Partitioning bookings, the way back, any time before 4-finish.sql: writes what changed since the swap into the table that was, gives
  it its name back with all that refers to it, and drops the partitioned one and the tools. All or nothing, like the swap; who reads
  or writes bookings waits meanwhile.
*/
begin;
set local search_path = '';
set local lock_timeout = '5s';
do $$
declare
	v_job partitioning.job;
	v_source text;
	v_before text;
	v_statement text;
	v_caught integer;
	v_began timestamptz;
begin
	select * into v_job from partitioning.job;
	v_source := format('%I.%I', v_job.schema, v_job.name);
	v_before := format('partitioning_before.%I', v_job.name);
	execute format('lock table %s in access exclusive mode', v_source);
	v_began := clock_timestamp();
	execute format('drop trigger zz_partitioning on %s', v_source);
	-- What the swap made of its own goes first: it reads the partitioned table.
	for v_statement in select sql from partitioning.made order by place desc loop
		execute v_statement;
	end loop;
	v_caught := partitioning.catch_up(v_source, v_before);
	perform partitioning.compare(v_before, format('private.%I', v_job.name || '_keys'));
	perform partitioning.exchange('partitioning_before', 'partitioning', format('private.%I', v_job.name || '_keys'), v_source);
	for v_statement in select sql from partitioning.again loop
		execute v_statement;
	end loop;
	raise notice 'Back, with % rows that had changed: nobody could read or write for % ms.', v_caught,
		round(extract(epoch from clock_timestamp() - v_began) * 1000);
end
$$;
commit;

-- What refers to bookings, and what bookings refer to, is looked up once more. People book on.
begin;
set local search_path = '';
do $$
declare
	v_statement text;
begin
	for v_statement in
		select format('alter table %s validate constraint %I', f.conrelid::regclass, f.conname)
		from partitioning.job j join pg_catalog.pg_constraint f on j.table_id in (f.confrelid, f.conrelid)
		where f.contype = 'f' and not f.convalidated and f.conparentid = 0
	loop
		execute v_statement;
	end loop;
end
$$;
do $$
declare
	v_name name := (select name from partitioning.job);
begin
	execute format('drop cast (private.%1$I as partitioning.%1$I)', v_name);
	execute format('drop function private.%I(private.%I)', v_name || '_as_it_is', v_name);
	execute format('drop table private.%I, private.%I, partitioning.%1$I', v_name, v_name || '_keys');
	execute format('drop function private.%I(), private.%I(), private.%I(int)', v_name || '_moves', v_name || '_keys_follow',
		'ensure_' || v_name || '_partitions');
end
$$;
drop schema partitioning, partitioning_before cascade;
commit;
