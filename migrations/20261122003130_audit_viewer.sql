/*
  Audit: what keeps the viewer quick at a million entries (tests/bench/audit.ts). Each index costs every write of a business row,
  so there is one for each filter that can be rare, and none for those that never are.
  Tables: none of its own.
*/

-- By the whole of the actor: people, and as well jobs, webhooks and agents, which have no id.
drop index public.audit_log_actor;
create index audit_log_who on public.audit_log (actor text_pattern_ops, occurred_at desc);
-- By the row alone: an id is one table's.
drop index public.audit_log_row;
create index audit_log_of_row on public.audit_log (row_id, occurred_at desc);
create index audit_log_removals on public.audit_log (occurred_at desc) where action = 'delete'; -- rare, and what one looks for

/*
  The actors that are not people, each once: a walk over the index from one to the next, past all users in a single step.
*/
create function private.audit_system_actors() returns setof text
language sql stable security definer -- only names of jobs, webhooks and agents
set search_path = ''
as $$
	with recursive walk (actor) as (
		(select a.actor from public.audit_log a order by a.actor using operator(pg_catalog.~<~) limit 1)
		union all
		select (
			select a.actor from public.audit_log a
			where a.actor operator(pg_catalog.~>~) case when w.actor like 'user:%' then 'user;' else w.actor end
			order by a.actor using operator(pg_catalog.~<~) limit 1)
		from walk w where w.actor is not null
	)
	select w.actor from walk w where w.actor not like 'user:%'
$$;

create or replace function private.audit_people(p_ids uuid[]) returns table (user_id uuid, kind text, name text)
language plpgsql stable security definer -- auth.users and other stations' colleagues
set search_path = ''
as $$
begin
	if not private.has_permission('audit.read') then
		return;
	elsif p_ids is null then
		return query
		select s.user_id, 'staff', s.name
		from public.staff s
		where s.deleted_at is null and exists (
			select from public.user_roles g
			where g.user_id = s.user_id and (g.station_id is null or g.station_id in (select private.stations_with('audit.read'))))
		order by s.name;
		return query select null::uuid, 'system', a from private.audit_system_actors() a;
		return;
	end if;
	return query
	select i.id, case when s.id is not null then 'staff' when u.id is not null then 'customer' else 'former' end, s.name
	from unnest(p_ids[1:1000]) i (id)
	left join auth.users u on u.id = i.id
	left join public.staff s on s.user_id = u.id;
end
$$;
comment on function public.audit_people(uuid[]) is
	'Who the actors of audit entries are: kind staff (with name), customer or former. Without ids: the staff of the stations that the caller audits, and as kind system every actor that is no person.';
