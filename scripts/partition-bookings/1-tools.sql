/*
  Partitioning bookings by the month of the event, first of four: what the other three need. Nothing that anybody uses changes.
    psql -v ON_ERROR_STOP=1 -f scripts/partition-bookings/1-tools.sql "$DATABASE_URL"
  What the table is made of and what refers to it is read from the catalogs. What can't be carried over stops it, named.
  docs/guides/partitioning-bookings.md has the steps and the way back.
    schema partitioning          the tools, until 4-finish.sql; the table that is on its way in
    schema partitioning_before   the table that was, from the swap until 4-finish.sql
*/

begin;
set local search_path = '';

create schema partitioning;
create schema partitioning_before;

create table partitioning.job as
select n.nspname as schema, c.relname as name, a.attname as key, by_column as month_of, c.oid as table_id
from (values (coalesce(nullif(current_setting('partition.table', true), ''), 'public.bookings')::regclass,
	coalesce(nullif(current_setting('partition.by', true), ''), 'event_at')::name)) t (source, by_column)
join pg_catalog.pg_class c on c.oid = t.source
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary and i.indnkeyatts = 1
left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0];

/* Ids of rows that were written since the copy began. */
create table partitioning.changed (id text not null);

create function partitioning.note_change() returns trigger
language plpgsql security definer -- whoever may write the table
set search_path = ''
as $$
begin
	insert into partitioning.changed
	select (case when tg_op = 'INSERT' then to_jsonb(new) else to_jsonb(old) end) ->> (select key from partitioning.job);
	return null;
end
$$;

/* What the move can't carry over, as sentences. */
create function partitioning.unfit() returns setof text
language sql stable
set search_path = ''
as $$
	select 'The table has no primary key of one column' from partitioning.job where key is null
	union all select format('The column %I computes its values from a sequence of the table', attname)
	from partitioning.job join pg_catalog.pg_attribute on attrelid = table_id and attidentity <> '' and not attisdropped
	union all select format('The constraint %I excludes: that holds within one partition only', conname)
	from partitioning.job join pg_catalog.pg_constraint on conrelid = table_id and contype = 'x'
	union all select format('The foreign key %I of %s refers to more than %I, or to its own table', conname, conrelid::regclass, key)
	from partitioning.job join pg_catalog.pg_constraint on confrelid = table_id and contype = 'f' and conparentid = 0
	join pg_catalog.pg_attribute a on a.attrelid = table_id and a.attname = key
	where confkey <> array[a.attnum] or conrelid = table_id
	union all select format('The trigger %I is a constraint or asks for a transition table', tgname)
	from partitioning.job join pg_catalog.pg_trigger on tgrelid = table_id and not tgisinternal
	where tgconstraint <> 0 or (tgtype & 1 = 1 and (tgoldtable is not null or tgnewtable is not null))
	union all select format('%s inherits from it', inhrelid::regclass) from partitioning.job join pg_catalog.pg_inherits on inhparent = table_id
	union all select format('The rule %I is on it', rulename) from partitioning.job join pg_catalog.pg_rewrite on ev_class = table_id
	union all select format('The materialized view %s reads it', c.oid::regclass)
	from partitioning.job join pg_catalog.pg_depend d on d.refobjid = table_id and d.classid = 'pg_catalog.pg_rewrite'::regclass
	join pg_catalog.pg_rewrite r on r.oid = d.objid join pg_catalog.pg_class c on c.oid = r.ev_class and c.relkind = 'm'
	union all select format('The publication %I leaves out %I, which becomes part of the key', p.pubname, month_of)
	from partitioning.job join pg_catalog.pg_publication_rel r on prrelid = table_id join pg_catalog.pg_publication p on p.oid = prpubid
	join pg_catalog.pg_attribute a on a.attrelid = table_id and a.attname = month_of
	where a.attnum <> all (prattrs::int2[])
	union all select format('A column of %s has its row type', attrelid::regclass)
	from partitioning.job join pg_catalog.pg_class c on c.oid = table_id
	join pg_catalog.pg_type t on t.oid = c.reltype
	join pg_catalog.pg_attribute on atttypid in (t.oid, t.typarray) and not attisdropped and attrelid <> table_id
$$;
do $$
begin
	if exists (select from partitioning.unfit()) then
		raise exception 'This table can''t be partitioned by these scripts: %', (select string_agg(u, '; ') from partitioning.unfit() u);
	end if;
end
$$;

/* The columns that somebody writes: all but the generated ones, as a list. */
create function partitioning.columns_of(p_table oid) returns text
language sql stable
set search_path = ''
as $$
	select string_agg(format('%I', attname), ', ' order by attnum)
	from pg_catalog.pg_attribute where attrelid = p_table and attnum > 0 and not attisdropped and attgenerated = ''
$$;

/* What is unique without the month, and so has to be kept by the table of keys. */
create function partitioning.unique_indexes(p_table oid) returns setof pg_catalog.pg_index
language sql stable
set search_path = ''
as $$
	select i.* from pg_catalog.pg_index i
	join partitioning.job j on true
	join pg_catalog.pg_attribute a on a.attrelid = p_table and a.attname = j.month_of
	where i.indrelid = p_table and i.indisunique and not i.indisprimary and i.indisvalid and a.attnum <> all (i.indkey::int2[])
$$;

/* The columns of the table of keys: the key, the month's column, and what the unique indexes ask for. */
create function partitioning.key_columns(p_table oid) returns name[]
language sql stable
set search_path = ''
as $$
	select array[j.key, j.month_of] || coalesce(array_agg(distinct a.attname order by a.attname) filter (where a.attname not in (j.key, j.month_of)), '{}')
	from partitioning.job j
	left join partitioning.unique_indexes(p_table) i on true
	left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = p_table
		or d.classid = 'pg_catalog.pg_constraint'::regclass and d.refobjid = p_table
			and d.objid in (select c.oid from pg_catalog.pg_constraint c where c.conindid = i.indexrelid)
	left join pg_catalog.pg_attribute a on a.attrelid = p_table and a.attnum = d.refobjsubid and a.attnum > 0
	group by j.key, j.month_of
$$;

/* What the way back makes again. */
create table partitioning.again (sql text not null);

/* What the way back undoes, last first. */
create table partitioning.made (place integer generated always as identity, sql text not null);

/* Writes into the table on its way in what changed in the other since; answers how many. p_keys: that one has keys. */
create function partitioning.catch_up(p_from text, p_into text, p_keys text default null) returns integer
language plpgsql
set search_path = ''
as $$
declare
	v_job partitioning.job;
	v_columns text := partitioning.columns_of(p_from::regclass);
	v_key_columns text;
	v_of_them text;
	v_ids text[];
	v_caught integer := 0;
begin
	select * into v_job from partitioning.job;
	select string_agg(format('%I', k), ', ') into v_key_columns from unnest(partitioning.key_columns(v_job.table_id)) k;
	select format('where %I = any ($1::%s[])', v_job.key, format_type(atttypid, atttypmod)) into v_of_them
	from pg_catalog.pg_attribute where attrelid = p_from::regclass and attname = v_job.key;
	-- The rows have been through the triggers and the foreign keys of the other table.
	set local session_replication_role = 'replica';
	loop
		with taken as (
			delete from partitioning.changed where ctid = any (array(select ctid from partitioning.changed limit 5000)) returning id
		)
		select array_agg(distinct id) into v_ids from taken;
		exit when v_ids is null;
		execute format('delete from %s %s', p_into, v_of_them) using v_ids;
		execute format('insert into %s (%s) select %2$s from %s %s', p_into, v_columns, p_from, v_of_them) using v_ids;
		if p_keys is not null then
			execute format('delete from %s %s', p_keys, v_of_them) using v_ids;
			execute format('insert into %s (%s) select %2$s from %s %s', p_keys, v_key_columns, p_into, v_of_them) using v_ids;
		end if;
		v_caught := v_caught + cardinality(v_ids);
	end loop;
	set local session_replication_role = 'origin';
	return v_caught;
end
$$;

/* Refuses when two do not have as many rows. Quick, for it is asked while everybody waits: each row was compared before. */
create function partitioning.compare(p_one text, p_other text) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_one bigint;
	v_other bigint;
begin
	execute format('select count(*) from %s', p_one) into v_one;
	execute format('select count(*) from %s', p_other) into v_other;
	if v_one <> v_other then
		raise exception '% has % rows, % has %', p_one, v_one, p_other, v_other;
	end if;
end
$$;

/* Functions that take or answer the row type of a table. */
create function partitioning.functions_of(p_table oid) returns oid[]
language sql stable
set search_path = ''
as $$
	select coalesce(array_agg(p.oid), '{}') from pg_catalog.pg_class c
	join pg_catalog.pg_type t on t.oid = c.reltype
	join pg_catalog.pg_proc p on exists (
		select from unnest(p.proargtypes::oid[] || coalesce(p.proallargtypes, '{}') || p.prorettype) a where a in (t.oid, t.typarray))
	where c.oid = p_table and p.pronamespace <> 'partitioning'::regnamespace
		and not exists (select from pg_catalog.pg_cast where castfunc = p.oid)
$$;

/* A function as it is, with owner, grants and comment. */
create function partitioning.function_again(p_function oid) returns setof text
language sql stable
set search_path = ''
as $$
	select s.sql from pg_catalog.pg_proc p, lateral (
		select 0 as place, pg_catalog.pg_get_functiondef(p.oid) as sql
		union all select 1, format('alter function %s owner to %I', p.oid::regprocedure, pg_get_userbyid(p.proowner))
		union all select 2, format('revoke all on function %s from public, %I', p.oid::regprocedure, r.rolname)
		from pg_catalog.pg_roles r where p.proacl is not null and r.rolname !~ '^pg_'
		union all select 3, format('grant execute on function %s to %s', p.oid::regprocedure, case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end)
		from aclexplode(p.proacl) a
		union all select 4, format('comment on function %s is %L', p.oid::regprocedure, obj_description(p.oid, 'pg_proc'))
		where obj_description(p.oid, 'pg_proc') is not null
	) s where p.oid = p_function order by s.place
$$;

/* A policy's clauses. */
create function partitioning.policy_clauses(p_policy oid) returns text
language sql stable
set search_path = ''
as $$
	select coalesce(' using (' || pg_catalog.pg_get_expr(polqual, polrelid) || ')', '')
		|| coalesce(' with check (' || pg_catalog.pg_get_expr(polwithcheck, polrelid) || ')', '')
	from pg_catalog.pg_policy where oid = p_policy
$$;

/* The statements that make what refers to a table refer to the one that takes its name; foreign keys go to p_keys. */
create function partitioning.dependents(p_table oid, p_from_keys text, p_keys text) returns setof text
language sql stable
set search_path = ''
as $$
	select f from unnest(partitioning.functions_of(p_table)) o, partitioning.function_again(o) f
	union all
	select format('create or replace view %s%s as %s', c.oid::regclass, ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_catalog.pg_get_viewdef(c.oid))
	from (select distinct r.ev_class from pg_catalog.pg_depend d join pg_catalog.pg_rewrite r on r.oid = d.objid
		where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refobjid = p_table) v
	join pg_catalog.pg_class c on c.oid = v.ev_class
	union all
	select format('alter policy %I on %s%s', polname, polrelid::regclass, partitioning.policy_clauses(p.oid))
	from pg_catalog.pg_policy p
	where polrelid <> p_table and exists (
		select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = p.oid and d.refobjid = p_table)
	union all
	select s.sql from pg_catalog.pg_constraint f
	join pg_catalog.pg_class c on c.oid = f.conrelid, lateral (
		select format('alter table %s drop constraint %I', f.conrelid::regclass, f.conname)
		union all
		select format('alter table %s add constraint %I %s%s', f.conrelid::regclass, f.conname,
			regexp_replace(replace(pg_catalog.pg_get_constraintdef(f.oid), ' NOT VALID', ''), ' REFERENCES \S+\(', format(' REFERENCES %s(', p_keys)),
			-- what is there was looked up by the key that goes; it is looked up again after the swap
			case when c.relkind = 'r' then ' not valid' else '' end)
		union all
		select format('comment on constraint %I on %s is %L', f.conname, f.conrelid::regclass, obj_description(f.oid, 'pg_constraint'))
		where obj_description(f.oid, 'pg_constraint') is not null
	) s (sql)
	where f.confrelid = p_from_keys::regclass and f.contype = 'f' and f.conparentid = 0
	union all
	select s.sql from pg_catalog.pg_publication_rel r join pg_catalog.pg_publication p on p.oid = r.prpubid, lateral (
		-- subscribers know the table, not its months
		select format('alter publication %I set (publish_via_partition_root = true)', p.pubname)
		union all
		select format('alter publication %I add table %s%s%s', p.pubname, p_table::regclass,
			(select ' (' || string_agg(format('%I', attname), ', ' order by attnum) || ')' from pg_catalog.pg_attribute where attrelid = p_table and attnum = any (r.prattrs::int2[])),
			coalesce(' where (' || pg_catalog.pg_get_expr(r.prqual, p_table) || ')', ''))
	) s (sql)
	where r.prrelid = p_table
$$;

/*
  Takes the table in use away into schema p_away, and gives its name to the one of that name in schema p_in, with all that refers to
  it. Refuses when something still refers to the one that was.
*/
create function partitioning.exchange(p_in text, p_away text, p_from_keys text, p_keys text) returns void
language plpgsql
set search_path = ''
as $$
declare
	v_job partitioning.job;
	v_out oid;
	v_functions oid[];
	v_statements text[];
	v_statement text;
	v_left text;
begin
	select * into v_job from partitioning.job;
	v_out := format('%I.%I', v_job.schema, v_job.name)::regclass;
	v_functions := partitioning.functions_of(v_out);
	v_statements := array(select partitioning.dependents(v_out, p_from_keys, p_keys));
	for v_statement in select format('alter publication %I drop table %s', p.pubname, v_out::regclass)
		from pg_catalog.pg_publication_rel r join pg_catalog.pg_publication p on p.oid = r.prpubid where r.prrelid = v_out
	loop
		execute v_statement;
	end loop;
	execute format('alter table %I.%I set schema %I', v_job.schema, v_job.name, p_away);
	execute format('alter table %I.%I set schema %I', p_in, v_job.name, v_job.schema);
	for v_statement in select format('drop function %s', o::regprocedure) from unnest(v_functions) o loop
		execute v_statement;
	end loop;
	foreach v_statement in array v_statements loop
		execute v_statement;
	end loop;
	select string_agg(distinct pg_catalog.pg_describe_object(d.classid, d.objid, 0), ', ') into v_left
	from pg_catalog.pg_class c
	join pg_catalog.pg_type t on t.oid = c.reltype
	join pg_catalog.pg_depend d on d.deptype = 'n'
		and (d.refobjid = c.oid and d.refclassid = 'pg_catalog.pg_class'::regclass or d.refobjid in (t.oid, t.typarray) and d.refclassid = 'pg_catalog.pg_type'::regclass)
	left join pg_catalog.pg_policy p on d.classid = 'pg_catalog.pg_policy'::regclass and p.oid = d.objid
	left join pg_catalog.pg_constraint f on d.classid = 'pg_catalog.pg_constraint'::regclass and f.oid = d.objid
	left join pg_catalog.pg_trigger g on d.classid = 'pg_catalog.pg_trigger'::regclass and g.oid = d.objid
	left join pg_catalog.pg_attrdef a on d.classid = 'pg_catalog.pg_attrdef'::regclass and a.oid = d.objid
	where c.oid = v_out and coalesce(p.polrelid, f.conrelid, g.tgrelid, a.adrelid, 0) <> v_out
		and not exists (select from pg_catalog.pg_inherits i where i.inhparent = v_out and i.inhrelid in (d.objid, f.conrelid, g.tgrelid, a.adrelid))
		and d.classid <> 'pg_catalog.pg_cast'::regclass
		and not exists (select from pg_catalog.pg_cast x where x.castfunc = d.objid);
	if v_left is not null then
		raise exception 'Still refers to the table that was: %', v_left;
	end if;
end
$$;
commit;
