/*
  Audit: what somebody signed in tried and may not do. A refusal that commits is written by private.refuse itself; one that rolls
  back takes any entry with it, so the server of the app reports it afterwards by report_refusal. Bounded for each person, so that
  nobody fills the log. What a policy hides (an update that finds no row) is no refusal: it says nothing of whether there is one.
  Tables: audit_log gains the action refused.
*/

alter table public.audit_log drop constraint audit_log_action_known;
alter table public.audit_log add constraint audit_log_action_known check (action in ('insert', 'update', 'delete', 'refused'));
comment on column public.audit_log.table_name is 'The table; of a refusal the function or deed that was tried.';

/* Writes that the caller was refused a deed; at most one entry of a request, and 120 in an hour of one person. */
create function private.note_refusal(p_deed text, p_code text, p_message text) returns void
language plpgsql volatile security definer -- nobody may insert into the log
set search_path = ''
as $$
declare
	v_request constant text := left(private.request_header('x-request-id'), 100);
begin
	if auth.uid() is null
		or exists (select from public.audit_log a where a.actor = private.current_actor() and a.action = 'refused'
			and a.request_id = v_request and a.occurred_at > now() - interval '1 minute')
		or not private.rate_limit('audit.refused', auth.uid()::text, 120, interval '1 hour') then
		return;
	end if;
	insert into public.audit_log (actor, actor_id, actor_roles, action, table_name, changes, request_id, address)
	values (private.current_actor(), auth.uid(),
		array(select distinct role from public.user_roles where user_id = auth.uid() order by role),
		'refused', p_deed,
		jsonb_build_object('code', jsonb_build_object('new', p_code), 'message', jsonb_build_object('new', left(p_message, 300))),
		v_request, private.client_address());
end
$$;
-- whoever is refused runs private.refuse as themselves
grant execute on function private.note_refusal(text, text, text) to authenticated;

/*
  A refusal that commits: answers the body and sets the HTTP status, so that what was stored before it (a lead) stays.
  The caller must return what this returns. A permission that somebody signed in lacks (403) is kept in the audit.
*/
create or replace function private.refuse(
	p_code text, p_status int, p_message text, p_details jsonb default null, p_hint text default null
) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
	perform set_config('response.status', p_status::text, true);
	if p_status = 403 and auth.uid() is not null then
		perform private.note_refusal(
			coalesce(nullif(substring(current_setting('request.path', true) from '([a-z0-9_]{1,60})$'), ''), 'unknown'), p_code, p_message);
	end if;
	return jsonb_build_object('code', p_code, 'message', p_message, 'details', p_details, 'hint', p_hint);
end
$$;

/* Keeps that the caller was refused a deed whose transaction rolled back; the server of an app calls it. */
create function public.report_refusal(p_deed text, p_code text) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
	if p_deed !~ '^[a-zA-Z][a-zA-Z0-9_.-]{0,60}$' or p_code !~ '^[A-Z0-9_]{3,40}$' or p_deed is null or p_code is null then
		perform private.fail('INVALID_REQUEST', 422, 'That is no refusal.', '{"fields": {"p_deed": "The name of a deed."}}', null);
	end if;
	perform private.note_refusal(p_deed, p_code, 'Refused by the panel or by a rule that took everything back.');
end
$$;
comment on function public.report_refusal(text, text) is
	'Keeps in the audit that the caller was refused a deed whose transaction rolled back: its name and the code of the refusal.';

revoke execute on function private.note_refusal(text, text, text), public.report_refusal(text, text) from public, anon;
grant execute on function public.report_refusal(text, text) to authenticated;
