/*
  Pricing: guessing promo codes. Somebody who tries one code after the other learns nothing any more after thirty wrong ones an
  hour. A quote without a code is never counted, and one with a code is answered either way. No tables.
*/

/* Whether p_key has had all its calls of a scope already; counts none. As rate_limit otherwise. */
create function private.limit_reached(p_scope text, p_key text, p_limit int, p_window interval) returns boolean
language plpgsql stable security definer -- private.rate_limits is nobody's to read
set search_path = ''
as $$
begin
	return p_key is not null and private.setting('rate_limits') is distinct from 'off' and exists (
		select from private.rate_limits
		where scope = p_scope and key_hash = encode(sha256(convert_to(p_key, 'UTF8')), 'hex')
			and hits >= p_limit and window_started_at > clock_timestamp() - p_window);
end
$$;

/* Why a code does not count, as a sentence for who typed it. */
create or replace function private.promo_sentence(p_reason text, p_promo public.promo_codes) returns text
language plpgsql immutable
set search_path = ''
as $$
begin
	return case p_reason
		when 'unknown' then 'We do not know this code. Check the spelling.'
		when 'not_started' then 'This code is not valid yet.'
		when 'ended' then 'This code has expired.'
		when 'other_station' then 'This code is not for your area.'
		when 'minimum_order' then format('This code is for dinners of $%s and more, before travel.',
			ltrim(to_char(p_promo.min_order_cents / 100.0, '999G999G990D00')))
		when 'used_up' then 'This code has been used up.'
		when 'per_customer' then 'You have used this code already.'
		when 'first_time_only' then 'This code is for a first dinner with us.'
		when 'too_many' then 'Too many codes were tried. Wait an hour and try yours again.'
	end;
end
$$;

/*
  build_quote with a promo code, for who may be guessing. Wrong codes are counted by address, each once an hour: who types on, or
  changes the guests beside a wrong code, asks for the same again. After thirty no code of that address is looked at (too_many),
  right or wrong, so that nothing is learnt. A request that can't be counted (GET) gets no answer.
*/
create function private.quote_with_code(
	p_zip text, p_adults int, p_children int, p_toddlers int, p_items jsonb, p_event_at timestamptz, p_promo_code text
) returns jsonb
language plpgsql volatile security definer -- visitors may not count
set search_path = ''
as $$
declare
	v_address constant text := case when auth.role() is distinct from 'service_role' then private.client_address() end;
	v_code constant text := left(private.promo_key(p_promo_code), 40);
	v_quote jsonb;
begin
	if current_setting('transaction_read_only') = 'on' then
		raise exception 'Ask with a promo code by POST.' using errcode = 'read_only_sql_transaction';
	elsif private.limit_reached('promo_guesses', v_address, 30, interval '1 hour') then
		v_quote := private.build_quote(p_zip, p_adults, p_children, p_toddlers, p_items, p_event_at);
		return case when v_quote ? 'code' then v_quote else v_quote || jsonb_build_object('promo', jsonb_build_object('code', v_code,
			'applied', false, 'reason', 'too_many', 'message', private.promo_sentence('too_many', null), 'discount_cents', 0)) end;
	end if;
	v_quote := private.build_quote(p_zip, p_adults, p_children, p_toddlers, p_items, p_event_at, p_promo_code);
	if v_quote #>> '{promo,reason}' = 'unknown'
		and private.rate_limit('promo_guess', v_address || ' ' || v_code, 1, interval '1 hour') then
		perform private.rate_limit('promo_guesses', v_address, 30, interval '1 hour');
	end if;
	return v_quote;
end
$$;
grant execute on function private.quote_with_code(text, int, int, int, jsonb, timestamptz, text) to anon, authenticated;

/* The quote for everybody: build_quote, a problem answered as a refusal. Volatile, because wrong codes are counted. */
create or replace function public.quote_event(
	p_zip text, p_adults int, p_children int default 0, p_toddlers int default 0, p_items jsonb default '[]',
	p_event_at timestamptz default null, p_promo_code text default null
) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
	v_quote jsonb;
begin
	if p_promo_code is null or btrim(p_promo_code) = '' then
		v_quote := private.build_quote(p_zip, p_adults, p_children, p_toddlers, p_items, p_event_at);
	else
		v_quote := private.quote_with_code(p_zip, p_adults, p_children, p_toddlers, p_items, p_event_at, p_promo_code);
	end if;
	if v_quote ? 'code' then
		return private.refuse_with(v_quote);
	end if;
	return v_quote;
end
$$;
