-- What holds for every table and function, also for those to come.
select plan(15);

create temp view api_tables as
	select c.oid, c.relname::text as name, c.relrowsecurity as secured
	from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p');
create temp view own_functions as
	select p.oid, n.nspname::text as schema, p.oid::regprocedure::text as name, p.prosecdef as definer, p.proconfig as config
	from pg_proc p join pg_namespace n on n.oid = p.pronamespace
	where n.nspname in ('public', 'private') and p.prokind = 'f'
		and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');

select is_empty('select name from api_tables where not secured', 'Every table of the API schema has row-level security');
select is_empty($$select c.relname from pg_class c where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity$$,
	'Every private table has row-level security as well');
select is_empty($$select name from api_tables where coalesce(obj_description(oid), '') = ''$$, 'Every table says what it is');
select is_empty($$select name from api_tables t where not exists (select from pg_policies p where p.schemaname = 'public' and p.tablename = t.name)$$,
	'Every table has a policy');
select is_empty($$select tablename, policyname from pg_policies where schemaname = 'public' and cmd = 'ALL'$$, 'Every policy is for one operation');
select is_empty($$select tablename, policyname from pg_policies where schemaname = 'public' and roles && '{public}'$$, 'Every policy names its roles');
select is_empty($$select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
	and not coalesce(c.reloptions @> '{security_invoker=true}', false)$$, 'Every view asks the policies of who reads it');
select is_empty($$select name from own_functions where not coalesce(array_to_string(config, ',') like '%search_path=%', false)$$,
	'Every function fixes its search path');
select is_empty($$select name from own_functions where definer and schema = 'public'$$, 'No function of the API schema runs as its owner');
select is_empty($$
	select name from own_functions f
	where schema = 'public' and not has_function_privilege('anon', oid, 'execute') and not has_function_privilege('authenticated', oid, 'execute')
		and not has_function_privilege('service_role', oid, 'execute')$$, 'Every function of the API schema is somebody''s to call');
select is_empty($$
	select c.relname, r.rolname from pg_class c cross join (values ('anon'), ('authenticated')) r (rolname)
	where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p', 'v')
		and has_table_privilege(r.rolname, c.oid, 'select, insert, update, delete')$$, 'No private table is a visitor''s or a user''s');
select is_empty($$
	select name from api_tables where has_table_privilege('anon', oid, 'insert, update, delete, truncate, references, trigger')$$,
	'A visitor can NOT write any table');
select is_empty($$
	select name from api_tables where has_table_privilege('authenticated', oid, 'truncate, references, trigger')$$,
	'A user holds no privilege that row-level security does not rule');
select is_empty($$
	select t.name, a.attname
	from api_tables t
	join pg_attribute a on a.attrelid = t.oid and a.attname in ('station_id', 'chef_id', 'customer_id', 'user_id', 'booking_id')
	where exists (
		select from pg_policies p where p.schemaname = 'public' and p.tablename = t.name
			and coalesce(p.qual, '') || coalesce(p.with_check, '') ~ ('\m' || a.attname || '\M'))
		and not exists (select from pg_index i where i.indrelid = t.oid and i.indkey[0] = a.attnum)$$,
	'Every column that a policy asks for has an index');
select is_empty($$
	select c.conrelid::regclass, c.conname from pg_constraint c join api_tables t on t.oid = c.conrelid
	where c.contype = 'f' and c.confdeltype = 'a' and c.coninhcount = 0 and c.conparentid = 0$$,
	'Every foreign key says what a deletion does');

select * from finish();
