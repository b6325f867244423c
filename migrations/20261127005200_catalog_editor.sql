/*
  Catalog: what the editor of the menu needs. Order is changed one step at a time, a price code has a price, and open pages hear of it.
  Tables: none of its own. Functions: move_menu_item.
*/

/* Whether the price book has a price of that code today. */
create function private.has_price(p_code text) returns boolean
language plpgsql stable security definer -- who edits the menu need not read the price book
set search_path = ''
as $$
begin
	return exists (select from public.price_book where code = p_code and effective_from <= now() and (effective_to is null or effective_to > now()));
end
$$;
grant execute on function private.has_price(text) to authenticated;

/* Before an editor gives an item a price code: a quote with it could not be made unless it has a price. */
create function private.price_menu_item() returns trigger
language plpgsql
set search_path = ''
as $$
begin
	-- the seed fills the menu before the price book
	if current_user = 'authenticated' and new.price_code is not null and not private.has_price(new.price_code) then
		perform private.fail('INVALID_REQUEST', 422, 'There is no price of that code.',
			'{"fields": {"price_code": "Choose a price of the price book."}}', 'Set the price first.');
	end if;
	return new;
end
$$;
create trigger b_price before insert or update of price_code on public.menu_items
	for each row execute function private.price_menu_item();

/*
  Moves an item one place up or down among those of its kind. Answers {item, moved}; moved is false at the end of the list.
  Refuses NOT_FOUND, NOT_ALLOWED, TRY_AGAIN.
*/
create function private.move_menu_item(p_item uuid, p_up boolean) returns jsonb
language plpgsql volatile security definer -- refuses with a status
set search_path = ''
as $$
declare
	v_kind text;
	v_ids uuid[];
	v_place integer;
	v_other integer;
begin
	perform set_config('lock_timeout', '3s', true);
	if not private.has_permission_everywhere('menu.write') then
		return private.refuse('NOT_ALLOWED', 403, 'You may not edit the menu.', null, 'Ask somebody who may.');
	end if;
	select kind into v_kind from public.menu_items where id = p_item and deleted_at is null;
	if not found then
		return private.refuse('NOT_FOUND', 404, 'There is no such menu item.', null, 'It may be archived already.');
	end if;
	v_ids := array(select id from public.menu_items where kind = v_kind and deleted_at is null order by sort_order, code for update);
	v_place := array_position(v_ids, p_item);
	v_other := v_place + case when p_up then -1 else 1 end;
	if v_other not between 1 and cardinality(v_ids) then
		return jsonb_build_object('item', p_item, 'moved', false);
	end if;
	v_ids[v_place] := v_ids[v_other];
	v_ids[v_other] := p_item;
	-- spread over the room that the kind has already, so that kinds keep their order among each other
	update public.menu_items m set sort_order = n.sort_order
	from (
		select i.id, b.least + 10 * (i.place - 1)::int as sort_order
		from unnest(v_ids) with ordinality i (id, place)
		cross join (select min(sort_order) as least from public.menu_items where id = any (v_ids)) b
	) n
	where n.id = m.id and m.sort_order <> n.sort_order;
	return jsonb_build_object('item', p_item, 'moved', true);
exception when lock_not_available or deadlock_detected then
	return private.refuse_with(private.busy_problem());
end
$$;

create function public.move_menu_item(p_item uuid, p_up boolean) returns jsonb
language sql volatile
set search_path = ''
as $$
	select private.move_menu_item(p_item, p_up)
$$;
comment on function public.move_menu_item(uuid, boolean) is
	'Moves a menu item one place up or down among its kind: {item, moved}. Refuses NOT_FOUND, NOT_ALLOWED, TRY_AGAIN.';
grant execute on function private.move_menu_item(uuid, boolean), public.move_menu_item(uuid, boolean) to authenticated;

/* After the menu changed: its pages in the panel look again. */
create function private.announce_menu_item() returns trigger
language plpgsql security definer -- realtime.send needs rights on realtime.messages
set search_path = ''
as $$
begin
	perform realtime.send(jsonb_build_object('id', new.id, 'version', new.version, 'op', tg_op), 'menu_changed', 'staff:menu', true);
	return null;
end
$$;
create trigger announce after insert or update on public.menu_items
	for each row execute function private.announce_menu_item();
