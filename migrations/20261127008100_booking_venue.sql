/* Booking: the venue's city and state come from its ZIP code where nobody wrote them, so that every address is whole. */

/* Before a booking comes or its venue's ZIP code changes: fills what is blank of city and state. */
create function private.complete_venue() returns trigger
language plpgsql security definer -- visitors may not read the ZIP codes
set search_path = ''
as $$
declare
	v_zip public.zip_codes;
begin
	select * into v_zip from public.zip_codes where zip = new.venue_zip;
	new.venue_city := coalesce(new.venue_city, v_zip.city);
	new.venue_state := coalesce(new.venue_state, v_zip.state);
	return new;
end
$$;
create trigger b_complete_venue before insert or update of venue_zip, venue_city, venue_state on public.bookings
	for each row when (new.venue_city is null or new.venue_state is null) execute function private.complete_venue();

update public.bookings b set venue_city = coalesce(b.venue_city, z.city), venue_state = coalesce(b.venue_state, z.state)
from public.zip_codes z
where z.zip = b.venue_zip and (b.venue_city is null or b.venue_state is null);
