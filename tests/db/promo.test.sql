select plan(63);

insert into promo_codes (code, rate, max_per_customer) values ('tenoff', 0.1, 1);
insert into promo_codes (code, cents) values ('HUGE', 9999999);
insert into promo_codes (code, cents, min_order_cents) values ('FIFTY', 5000, 60000);
insert into promo_codes (code, rate, first_time_only) values ('HELLO', 0.15, true);
insert into promo_codes (code, cents, max_total) values ('LAST', 1000, 1);
insert into promo_codes (code, cents, ends_at) values ('OLD', 1000, now());
insert into promo_codes (code, cents, starts_at) values ('SOON', 1000, now() + interval '1 day');
insert into promo_codes (code, cents, active) values ('PAUSED', 1000, false);
insert into promo_codes (code, cents, station_ids) values ('SACTOWN', 1000, array[tests.station('sacramento')]);

/* The quote of a party of 15, 12 miles beyond the free ones or not, with a code. */
create function tests.promo(p_code text, p_zip text default '94538') returns jsonb
language sql as $$ select quote_event(p_zip, 15, 0, 0, '[]', null, p_code) $$;

grant execute on function tests.promo(text, text) to public;

-- Quotes
select is((select code from promo_codes where rate = 0.1), 'TENOFF', 'A code is kept in capitals');
select is(tests.promo(' TenOff ') #>> '{promo,code}', 'TENOFF', 'and may be typed as one likes');
select is(tests.promo('tenoff') -> 'discount_cents', '8250'::jsonb, 'A share comes off the subtotal');
select is(tests.promo('tenoff') -> 'total_cents', '74250'::jsonb, 'and off the total');
select is(tests.promo('tenoff') #>> '{promo,message}', 'TENOFF takes $82.50 off.', 'The quote says what it does');
select is((tests.promo('tenoff') -> 'lines' -> -1) - 'label', '{"code": "discount", "quantity": 1, "unit_cents": -8250, "total_cents": -8250}',
	'The discount is a line of its own');
select is((with_discount.q ->> 'total_cents')::int, 2400, 'Travel is never discounted, and the total never negative')
from (select private.with_discount(private.price_quote(15, 0, 0, '[]', 42), 'HUGE', private.discount_of(null, 9999999, 0, 82500)) as q) with_discount;
select is(tests.promo('huge') -> 'deposit_cents', '0'::jsonb, 'The deposit is never more than the total');
select is(tests.promo('fifty') -> 'discount_cents', '5000'::jsonb, 'A fixed amount comes off');
select is((select array_agg(c || ': ' || coalesce(tests.promo(c) #>> '{promo,reason}', 'applied') order by c)
	from unnest(array['NOPE', 'OLD', 'SOON', 'PAUSED', 'SACTOWN', 'LAST', 'HELLO', '<script>', repeat('x', 500)]) c),
	(select array_agg(c || ': ' || r order by c) from (values ('NOPE', 'unknown'), ('OLD', 'ended'), ('SOON', 'not_started'), ('PAUSED', 'ended'),
		('SACTOWN', 'other_station'), ('LAST', 'applied'), ('HELLO', 'applied'), ('<script>', 'unknown'), (repeat('x', 500), 'unknown')) v (c, r)),
	'A code that does not count says why');
select is(tests.promo('nope') -> 'total_cents', '82500'::jsonb, 'and the quote answers all the same');
select is(tests.promo('nope') #>> '{promo,applied}', 'false', 'as not applied');
select is(tests.promo('sactown', '95814') #>> '{promo,applied}', 'true', 'A station''s code counts there');
select is(quote_event('94538', 10, 0, 0, '[]', null, 'fifty') #>> '{promo,message}', 'This code is for dinners of $600.00 and more, before travel.',
	'A dinner that is too small is told how large');
select is(quote_event('94538', 10, 0, 0, '[]', null, '  ') ? 'promo', false, 'No code, no word of it');
select ok((select bool_and((select sum((l ->> 'total_cents')::int) from jsonb_array_elements(q -> 'lines') l) = (q ->> 'total_cents')::int
		and (q ->> 'total_cents')::int = (q ->> 'subtotal_cents')::int + (q ->> 'travel_cents')::int - (q ->> 'discount_cents')::int
		and (q ->> 'total_cents')::int >= (q ->> 'travel_cents')::int)
	from generate_series(1, 60) n
	cross join lateral (select quote_event(case n % 3 when 0 then '94538' when 1 then '95112' else '95240' end, n, n % 4, 0, '[]', null,
		(array['tenoff', 'huge', 'fifty', 'hello'])[n % 4 + 1]) as q) q), 'Lines add up to the total with any code');

-- Booking
create temp table made as select create_booking(tests.wish(tests.slot(), '{"promo_code": "tenoff"}')) as b;
select is((select b ->> 'total_cents' from made), '49500', 'A booking is made at the discounted price');
select is((select quote #>> '{promo,code}' from bookings where id = (select (b ->> 'booking_id')::uuid from made)), 'TENOFF', 'and keeps the code in its snapshot');
select results_eq($$select code, discount_cents, station_id from promo_redemptions$$, $$select 'TENOFF', 5500, tests.station('fremont')$$, 'Its use is kept');
select is((select count(*)::int from promo_redemptions where email_hash like '%@%' or phone_hash like '+%'), 0, 'without the address and the number themselves');
select is((select count(*)::int from booking_items where code = 'discount'), 0, 'The discount is no item of the menu');
create temp table again as select create_booking(tests.wish(tests.slot(101), '{"promo_code": "TENOFF", "idempotency_key": "again-key"}')) as a;
select is((select a ->> 'code' from again), 'PROMO_NOT_VALID', 'One a person: a second use is refused');
select is(current_setting('response.status'), '422', 'as 422');
select is((select a #>> '{details,fields,promo_code}' from again), 'You have used this code already.', 'at its field');
select isnt((select a #>> '{details,lead_id}' from again), null, 'The person is a lead');
select is((select count(*)::int from bookings where idempotency_key = 'again-key'), 0, 'and nothing is half-made');
select is((select count(*)::int from chef_reservations where event_at = tests.slot(101)), 0, 'no chef held');
select is(create_booking(tests.wish(tests.slot(101), '{"idempotency_key": "again-key"}')) ->> 'status', 'pending', 'The same key may book without the code');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(102),
	'{"promo_code": "tenoff", "contact": {"name": "X", "email": "other@example.test", "phone": "(510) 234-5678"}}')), 'PROMO_NOT_VALID', 'The same phone is the same person');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(102),
	'{"promo_code": "tenoff", "contact": {"name": "X", "email": "ROBIN@example.test", "phone": "5109998888"}}')), 'PROMO_NOT_VALID', 'and so is the same e-mail');
select is(create_booking(tests.wish(tests.slot(102), jsonb_build_object('promo_code', 'hello'))) #>> '{details,reason}', 'first_time_only',
	'Who has booked is no first-time customer');
select is(create_booking(tests.wish(tests.slot(102), jsonb_build_object('promo_code', 'hello', 'contact',
	'{"name": "X", "email": "new@example.test", "phone": "+15102345678"}'::jsonb))) #>> '{details,reason}', 'first_time_only', 'by the phone alone');
select is(create_booking(tests.wish(tests.slot(103), jsonb_build_object('promo_code', 'hello', 'contact', tests.contact(1)))) ->> 'total_cents', '46750',
	'A first-time customer gets it');
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(104), '{"promo_code": "nope"}')), 'PROMO_NOT_VALID', 'An unknown code does not book');

-- Giving back
create temp table last_one as select create_booking(tests.wish(tests.slot(105), jsonb_build_object('promo_code', 'last', 'contact', tests.contact(2)))) as b;
select is(tests.code(format('select create_booking(tests.wish(%L, %L))', tests.slot(106), jsonb_build_object('promo_code', 'last', 'contact', tests.contact(3)))),
	'PROMO_NOT_VALID', 'The last use is gone');
select is(tests.promo('last') #>> '{promo,reason}', 'used_up', 'and quotes say so');
update bookings set hold_expires_at = now() - interval '1 second' where id = (select (b ->> 'booking_id')::uuid from last_one);
select is(tests.promo('last') #>> '{promo,applied}', 'true', 'A hold that ran out has given it back before it is swept');
select is(private.expire_holds_of(array[(select (b ->> 'booking_id')::uuid from last_one)]), 1, 'When it is swept,');
select isnt((select released_at from promo_redemptions where code = 'LAST'), null, 'the redemption says so');
create temp table next_one as select create_booking(tests.wish(tests.slot(106), jsonb_build_object('promo_code', 'last', 'contact', tests.contact(3)))) as b;
select is((select b ->> 'status' from next_one), 'pending', 'and another one may use it');
select is(cancel_booking((select (b ->> 'booking_id')::uuid from next_one), 'Plans changed', (select b ->> 'access_token' from next_one)) ->> 'status', 'cancelled', 'A cancelled booking');
select is(tests.promo('last') #>> '{promo,applied}', 'true', 'gives its use back as well');

-- Edits
grant select on made to public;
select tests.as_user('admin@demo.test');
select is(update_booking((select (b ->> 'booking_id')::uuid from made), 1, '{"adults": 20}') ->> 'total_cents', '99000',
	'More guests keep the discount that was promised');
select tests.as_owner();
update promo_codes set rate = 0.5 where code = 'TENOFF';
select is((private.recompute_quote((select (b ->> 'booking_id')::uuid from made)) ->> 'total_cents')::int, 99000, 'on the terms of then, whatever became of the code');
select is((select discount_cents from promo_redemptions where code = 'TENOFF'), 11000, 'The redemption follows');

-- Who may
select tests.as_anon();
select is(tests.touched('select 1 from promo_codes'), null, 'Visitors can NOT read promo codes');
select is(tests.promo('tenoff') #>> '{promo,applied}', 'true', 'but use them');
select tests.as_user('support@demo.test');
select cmp_ok(tests.touched('select 1 from promo_codes'), '>', 0, 'Support CAN read them');
select is(tests.code($$insert into promo_codes (code, cents) values ('MINE', 1)$$), '42501', 'but can NOT make any');
select tests.as_user('manager.sacramento@demo.test');
select is(tests.touched('select 1 from promo_redemptions'), 0, 'Another station''s manager can NOT read its redemptions');
select tests.as_user('admin@demo.test');
select is(tests.touched($$insert into promo_codes (code, cents) values ('summer-26', 100)$$), 1, 'An admin CAN add a code');
select is(tests.code($$insert into promo_codes (code, cents) values ('Summer-26', 100)$$), '23505', 'but not twice, however it is written');
select is(tests.code($$insert into promo_codes (code, rate) values ('TOOMUCH', 1.1)$$), '23514', 'nor one of more than all');

-- Guessing
select tests.as_owner();
insert into private.settings values ('rate_limits', 'on') on conflict (key) do update set value = 'on';
delete from private.rate_limits;
select set_config('request.headers', '{"x-forwarded-for": "203.0.113.9"}', true);
select tests.as_anon();
create temp table guesses as select tests.promo('guess' || n) #>> '{promo,reason}' as reason from generate_series(1, 29) n;
select is((select array_agg(distinct reason) from guesses), array['unknown'], 'Wrong codes say so');
create temp table repeated as select tests.promo('Guess1') #>> '{promo,reason}' as reason from generate_series(1, 40);
select is(tests.promo('tenoff') #>> '{promo,applied}', 'true', 'The same wrong code again is no other guess, a right one is none');
select is(tests.promo('guess30') #>> '{promo,reason}', 'unknown', 'The thirtieth wrong code is answered');
select is(tests.promo('guess31') -> 'promo', '{"code": "GUESS31", "applied": false, "reason": "too_many", "message": "Too many codes were tried. Wait an hour and try yours again.", "discount_cents": 0}',
	'After it nobody learns whether a code is one');
select is(tests.promo('tenoff') #>> '{promo,reason}', 'too_many', 'not even of a right one');
select is(tests.promo('tenoff') -> 'total_cents', '82500'::jsonb, 'The quote itself is answered');
select is(quote_event('94538', 15) ->> 'total_cents', '82500', 'and one without a code is not hindered');
select is(quote_event('94538', 15, 0, 0, '[]', null, ' ') ? 'promo', false, 'A blank is no code');
select set_config('request.headers', '{"x-forwarded-for": "203.0.113.10"}', true);
select is(tests.promo('tenoff') #>> '{promo,applied}', 'true', 'Another address is not meant');
select tests.as_owner();
update private.rate_limits set window_started_at = window_started_at - interval '61 minutes';
select set_config('request.headers', '{"x-forwarded-for": "203.0.113.9"}', true);
select tests.as_anon();
select is(tests.promo('tenoff') #>> '{promo,applied}', 'true', 'An hour later the code counts');
select tests.as_owner();
update private.settings set value = 'off' where key = 'rate_limits';

select * from finish();
