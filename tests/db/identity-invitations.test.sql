select plan(33);

create function pg_temp.open_invitations(p_email text) returns bigint language sql stable as $$
	select count(*) from staff_invitations where email = p_email and accepted_at is null and revoked_at is null
$$;
grant execute on function pg_temp.open_invitations(text) to public;

-- Inviting
select tests.as_user('super_admin@demo.test');
select is(tests.code($$select invite_staff('New.Chef@example.test ', 'chef', tests.station('fremont'), 'Noa New')$$), null, 'A super admin CAN invite an e-mail to a role');
select is(pg_temp.open_invitations('new.chef@example.test'), 1::bigint, 'An invitation is kept by the normal form of the e-mail');
select ok((select expires_at between now() + interval '6 days 23 hours' and now() + interval '7 days' from staff_invitations where email = 'new.chef@example.test'), 'An invitation holds for seven days');
select is(tests.code($$select invite_staff('nobody', 'chef', tests.station('fremont'))$$), 'INVALID_REQUEST', 'What is no e-mail can NOT be invited');
select is(tests.code($$select invite_staff('x@example.test', 'chef')$$), 'INVALID_REQUEST', 'A chef can NOT be invited without a station');
select is(tests.code($$select invite_staff('x@example.test', 'admin', tests.station('fremont'))$$), 'INVALID_REQUEST', 'An admin can NOT be invited to one station');
select is(tests.code($$select invite_staff('x@example.test', 'no_such_role')$$), 'INVALID_REQUEST', 'Nobody is invited to a role that is not there');
select is(tests.code($$select invite_staff('super_admin@demo.test', 'admin')$$), 'INVALID_REQUEST', 'Nobody CAN invite themselves');
select is(tests.code($$select invite_staff('admin@demo.test', 'admin')$$), 'INVALID_REQUEST', 'Who has the role already can NOT be invited to it');
select is(tests.code($$select token_hash from staff_invitations$$), '42501', 'Nobody CAN read the hash of a link');
select is(tests.code($$insert into staff_invitations (email, role) values ('x@example.test', 'admin')$$), '42501', 'An invitation can NOT be written past the rules');
select tests.as_owner();
select is((select count(*)::int from pgboss.job where name = 'staff-invite' and data ->> 'invitation_id' = (select id::text from staff_invitations where email = 'new.chef@example.test')), 1, 'An invitation is mailed by a job');
select tests.as_user('admin@demo.test');
select is(tests.code($$select invite_staff('x@example.test', 'chef', tests.station('fremont'))$$), 'NOT_ALLOWED', 'An admin can NOT invite');
select is(tests.code($$select revoke_invitation((select id from staff_invitations where email = 'new.chef@example.test'))$$), 'NOT_ALLOWED', 'An admin can NOT take an invitation back');

-- Who manages users without being able to do everything
select tests.as_owner();
insert into roles (role, label, description) values ('office', 'Office', 'Manages users.');
insert into role_permissions values ('office', 'users.manage'), ('office', 'users.read');
select tests.grant_role('office@example.test', 'office');
select tests.as_user('office@example.test');
select is(tests.code($$select invite_staff('friend@example.test', 'super_admin')$$), 'NOT_ALLOWED', 'Who manages users can NOT invite to more than they may do');

-- Accepting
select tests.as_customer('somebody.else@example.test');
select is(accept_invitations(), '[]', 'Who was not invited receives nothing');
select tests.as_owner();
select tests.make_user('new.chef@example.test');
update auth.users set email_confirmed_at = null where email = 'new.chef@example.test';
select tests.as_user('new.chef@example.test');
select is(accept_invitations(), '[]', 'Who has not verified the e-mail receives nothing');
select tests.as_owner();
update auth.users set email_confirmed_at = now() where email = 'new.chef@example.test';
select tests.as_user('new.chef@example.test');
select is(accept_invitations(), jsonb_build_array(jsonb_build_object('role', 'chef', 'station_id', tests.station('fremont'))), 'Who has the verified e-mail receives the role of the invitation');
select ok(private.has_permission('chefs.own'), 'The role holds at once');
select is(accept_invitations(), '[]', 'An invitation is accepted once');
select is((select name from staff where user_id = tests.user_id('new.chef@example.test')), 'Noa New', 'Who accepts gets a staff entry');
select tests.as_owner();
select is((select granted_by from user_roles where user_id = tests.user_id('new.chef@example.test')), tests.user_id('super_admin@demo.test'), 'The grant names who invited');
select ok(exists (select from audit_log where table_name = 'user_roles' and action = 'insert' and actor_id = tests.user_id('new.chef@example.test')), 'Accepting is in the audit');

-- Revoked, renewed, expired, inviter gone
select tests.as_user('super_admin@demo.test');
select invite_staff('late@example.test', 'admin');
select invite_staff('late@example.test', 'admin');
select is(pg_temp.open_invitations('late@example.test'), 1::bigint, 'Inviting again ends the earlier invitation');
select revoke_invitation(id) from staff_invitations where email = 'late@example.test' and revoked_at is null;
select tests.as_customer('late@example.test');
select is(accept_invitations(), '[]', 'A revoked invitation can NOT be accepted');
select tests.as_owner();
insert into staff_invitations (email, role, invited_by, expires_at) values ('late@example.test', 'admin', tests.user_id('super_admin@demo.test'), now());
select tests.as_user('late@example.test');
select is(accept_invitations(), '[]', 'An expired invitation can NOT be accepted');
select tests.as_owner();
update staff_invitations set expires_at = now() + interval '1 day', invited_by = tests.user_id('support@demo.test') where email = 'late@example.test' and revoked_at is null;
select tests.as_user('late@example.test');
select is(accept_invitations(), '[]', 'An invitation by who may no longer invite can NOT be accepted');
select is(tests.code(format('insert into user_roles (user_id, role) values (%L, %L)', tests.user_id('late@example.test'), 'admin')), 'NOT_ALLOWED', 'Who is invited can NOT grant to themselves');

-- The link
select tests.as_owner();
update staff_invitations set token_hash = sha256('a token') where email = 'late@example.test' and revoked_at is null;
select is((select changes -> 'token_hash' ->> 'new' from audit_log where table_name = 'staff_invitations' and changes ? 'token_hash' order by occurred_at desc limit 1), '[redacted]', 'The audit holds no hash of a link');
select tests.as_anon();
select ok(invitation_for_token('a token') @> '{"email": "late@example.test", "role": "Admin", "state": "open"}', 'The link of the mail tells what it is for');
select is(invitation_for_token('another'), null, 'An unknown link tells nothing');

-- The first super admin
select tests.as_owner();
insert into private.settings (key, value) values ('first_super_admin_email', 'Owner@example.test') on conflict (key) do update set value = excluded.value;
select tests.as_customer('owner@example.test');
select is(accept_invitations(), '[]', 'Where there is a super admin the setting makes no other');
select tests.as_owner();
set local session_replication_role = replica;
delete from user_roles where role = 'super_admin';
set local session_replication_role = origin;
select tests.as_user('owner@example.test');
select is(accept_invitations(), '[{"role": "super_admin", "station_id": null}]', 'Where there is none the person of the setting becomes the first');

select * from finish();
