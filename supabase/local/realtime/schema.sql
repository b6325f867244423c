-- The realtime schema as hosted Supabase has it, for the local stack only: no file in migrations/ creates any of this.
-- Objects: realtime.messages (daily partitions), topic(), send(), send_binary(), broadcast_changes(), and two of our
-- own that hosted Supabase does by other means: the notify trigger (there: logical decoding) and maintain_partitions().
-- Idempotent; needs the roles anon, authenticated and service_role; runs on PGlite and PostgreSQL 15 to 18.

create schema if not exists realtime;

create table if not exists realtime.messages (
	topic text not null,
	extension text not null,
	payload jsonb,
	event text,
	private boolean default false,
	-- UTC whatever the session's time zone is: partitions and replay count in UTC days.
	updated_at timestamp not null default (now() at time zone 'utc'),
	inserted_at timestamp not null default (now() at time zone 'utc'),
	id uuid not null default gen_random_uuid(),
	binary_payload bytea,
	constraint messages_pkey primary key (id, inserted_at),
	constraint messages_one_payload check (payload is null or binary_payload is null)
) partition by range (inserted_at);

-- Replay reads the newest private broadcasts of one topic.
create index if not exists messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
	where extension = 'broadcast' and private is true;

comment on table realtime.messages is 'Messages sent from the database, kept three days; its policies say who may join and write which private channel.';

alter table realtime.messages enable row level security;

-- Partitions ---------------------------------------------------------------------------------------------------------

create or replace function realtime.maintain_partitions(p_now timestamptz default now()) returns void
	language plpgsql
	set search_path = ''
	set client_min_messages = 'warning'
as $$
declare
	today date := (p_now at time zone 'utc')::date;
	day date;
	old regclass;
begin
	-- Two servers that start at once would both find the partition missing.
	perform pg_advisory_xact_lock(hashtext('realtime.maintain_partitions'));
	for day in select today + n from generate_series(-1, 3) as n loop
		if to_regclass(format('realtime.messages_%s', to_char(day, 'YYYY_MM_DD'))) is null then
			execute format(
				'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
				'messages_' || to_char(day, 'YYYY_MM_DD'), day, day + 1
			);
			execute format('alter table realtime.%I enable row level security', 'messages_' || to_char(day, 'YYYY_MM_DD'));
		end if;
	end loop;
	for old in
		select c.oid::regclass
		from pg_inherits i
		join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'realtime.messages'::regclass
			and c.relname ~ '^messages_\d{4}_\d{2}_\d{2}$'
			and to_date(substr(c.relname, 10), 'YYYY_MM_DD') < today - 3
	loop
		execute format('drop table %s', old);
	end loop;
end;
$$;

comment on function realtime.maintain_partitions(timestamptz) is
	'Creates the daily partitions from yesterday to three days ahead (UTC) and drops those older than 72 hours. The server calls it at start and by the hour: an insert without a partition fails, and realtime.send swallows that.';

-- Notification -------------------------------------------------------------------------------------------------------

create or replace function realtime.notify_message() returns trigger
	language plpgsql
	set search_path = ''
as $$
begin
	-- Ids only: a NOTIFY payload must stay under 8000 bytes, and one rule for all messages keeps their order.
	perform pg_notify('realtime_messages', new.id || ' ' || to_char(new.inserted_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'));
	return null;
end;
$$;

create or replace trigger messages_notify after insert on realtime.messages
	for each row when (new.extension = 'broadcast' and new.event is not null)
	execute function realtime.notify_message();

-- What applications call ---------------------------------------------------------------------------------------------

create or replace function realtime.topic() returns text
	language sql stable
as $$ select nullif(current_setting('realtime.topic', true), '')::text $$;

create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
	language plpgsql
as $$
declare
	generated_id uuid := gen_random_uuid();
begin
	perform set_config('realtime.topic', topic, true);
	insert into realtime.messages (id, payload, event, topic, private, extension)
	values (
		generated_id,
		case when payload ? 'id' then payload else jsonb_set(payload, '{id}', to_jsonb(generated_id)) end,
		event, topic, private, 'broadcast'
	);
exception when others then
	-- As hosted: a broadcast never breaks the transaction that it tells about.
	raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
	returns void
	language plpgsql
as $$
begin
	perform set_config('realtime.topic', topic, true);
	insert into realtime.messages (binary_payload, event, topic, private, extension)
	values (payload, event, topic, private, 'broadcast');
exception when others then
	raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;

create or replace function realtime.broadcast_changes(
	topic_name text, event_name text, operation text, table_name text, table_schema text,
	new record, old record, level text default 'ROW'
) returns void
	language plpgsql
as $$
begin
	if level = 'STATEMENT' then
		raise exception 'function can only be triggered for each row, not for each statement';
	end if;
	if operation not in ('INSERT', 'UPDATE', 'DELETE') then
		raise exception 'Unexpected operation type: %', operation;
	end if;
	perform realtime.send(
		jsonb_build_object(
			'old_record', old, 'record', new, 'operation', operation, 'table', table_name, 'schema', table_schema
		),
		event_name, topic_name
	);
exception when others then
	raise exception 'Failed to process the row: %', sqlerrm;
end;
$$;

-- Grants (no delete: messages go with their partition) -----------------------------------------------------------------

grant usage on schema realtime to anon, authenticated, service_role;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;
revoke all on function realtime.maintain_partitions(timestamptz), realtime.notify_message() from public;
grant execute on function realtime.topic(), realtime.send(jsonb, text, text, boolean),
	realtime.send_binary(bytea, text, text, boolean),
	realtime.broadcast_changes(text, text, text, text, text, record, record, text)
	to anon, authenticated, service_role;

select realtime.maintain_partitions();
