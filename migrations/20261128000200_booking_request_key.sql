/*
  Booking: the price that somebody saw is no part of what they ask for. Whoever sends again after a lost answer, and has seen
  their price meanwhile, sends the same request and gets the booking that it made. No tables.
*/

/*
  Claims an idempotency key. booking: what an earlier (or, after waiting for it, a parallel) request of this key and body made.
  Neither booking nor problem: the key is this request's. The same key with another body is a problem, never another's booking.
*/
create or replace function private.claim_request(p_key text, p_request jsonb, out booking uuid, out problem jsonb)
language plpgsql volatile
set search_path = ''
as $$
declare
	v_hash constant bytea := sha256(convert_to((p_request - 'price_version')::text, 'UTF8'));
	v_claim private.booking_requests;
begin
	for attempt in 1..3 loop
		insert into private.booking_requests (idempotency_key, request_hash) values (p_key, v_hash) on conflict do nothing;
		if found then
			return;
		end if;
		select * into v_claim from private.booking_requests where idempotency_key = p_key;
		-- gone again: the request that held it was refused, so this one may try
		exit when found;
	end loop;
	if v_claim.request_hash = v_hash then
		booking := v_claim.booking_id;
	end if;
	if booking is null then
		problem := private.invalid_request('{"idempotency_key": "This key was used for another request. Reload the page and send again."}');
	end if;
end
$$;
