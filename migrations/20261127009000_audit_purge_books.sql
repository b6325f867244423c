/*
  Audit: the purge and the books. A booking that has money, an invoice or tax stays for the accountant when its 30 days in the
  trash are over: it can't be restored any more, and nothing in it tells who it was. And what is head office's money is told to
  head office only.
*/

update private.topic_permissions set everywhere = true where scope = 'staff' and what = 'payments';

/*
  Deletes one row for good; true when it is gone. What other rows still need stays: a customer, a chef or a booking with
  nothing in it that tells who it was.
*/
create or replace function private.purge_record(p_table text, p_id uuid) returns boolean
language plpgsql volatile
set search_path = ''
as $$
begin
	begin
		execute format('delete from public.%I where id = $1', p_table) using p_id;
		return true;
	exception when foreign_key_violation then
		null;
	end;
	if p_table = 'customers' then
		update public.customers set name = 'Deleted customer', email = null, phone = null, user_id = null, notes = '',
			sms_consent = false, sms_consent_at = null
		where id = p_id and name <> 'Deleted customer';
	elsif p_table = 'chefs' then
		update public.chefs set bio = '', photo_path = null where id = p_id and (bio <> '' or photo_path is not null);
	elsif p_table = 'bookings' then
		update public.bookings set contact_name = null, contact_phone = null, venue_line1 = 'Removed', venue_line2 = null, notes = '', utm = '{}'
		where id = p_id and venue_line1 <> 'Removed';
	end if;
	return false;
end
$$;
