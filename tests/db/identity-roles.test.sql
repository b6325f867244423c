select plan(9);

/* Messages of this transaction, by topic and event. */
create function pg_temp.told(p_topic text, p_event text) returns bigint language sql as $$
	select count(*) from realtime.messages where topic = p_topic and event = p_event and private
$$;
/* Actors of the audit's entries about a table. */
create function pg_temp.actors(p_table text, p_action text) returns setof uuid language sql as $$
	select distinct actor_id from audit_log where table_name = p_table and action = p_action and occurred_at >= now()
$$;
delete from realtime.messages;

-- What a role may do
select tests.as_user('super_admin@demo.test');
insert into role_permissions values ('customer_support', 'jobs.read');
delete from role_permissions where role = 'customer_support' and permission = 'jobs.read';
select tests.as_owner();
select is(pg_temp.told('user:' || tests.user_id('support@demo.test'), 'permissions_changed'), 2::bigint, 'Who has the role hears at once that it changed');
select is(pg_temp.told('user:' || tests.user_id('admin@demo.test'), 'permissions_changed'), 0::bigint, 'Who does not have the role hears nothing');
select is(pg_temp.told('staff:access', 'access_changed'), 2::bigint, 'The panel''s lists hear that something changed');
select is((select payload - 'id' from realtime.messages where topic = 'staff:access' limit 1), '{}', 'What is told to every staff member names nobody');
select set_eq($$select pg_temp.actors('role_permissions', 'insert')$$, $$select tests.user_id('super_admin@demo.test')$$, 'Who gave a role a permission is in the audit');
select set_eq($$select pg_temp.actors('role_permissions', 'delete')$$, $$select tests.user_id('super_admin@demo.test')$$, 'Who took it is in the audit');

-- Grants
select tests.make_user('ana@example.test');
select tests.as_user('super_admin@demo.test');
insert into user_roles (user_id, role) values (tests.user_id('ana@example.test'), 'admin');
delete from user_roles where user_id = tests.user_id('ana@example.test');
select tests.as_owner();
select is(pg_temp.told('user:' || tests.user_id('ana@example.test'), 'permissions_changed'), 2::bigint, 'A person hears at once that a role was given or taken');
select set_eq($$select pg_temp.actors('user_roles', 'insert')$$, $$select tests.user_id('super_admin@demo.test')$$, 'Who gave a role is in the audit');
select set_eq($$select pg_temp.actors('user_roles', 'delete')$$, $$select tests.user_id('super_admin@demo.test')$$, 'Who took a role is in the audit');

select * from finish();
