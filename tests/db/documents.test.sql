select plan(37);

create temp table made as select (create_booking(tests.wish(tests.slot(40), '{"children": 2}')) ->> 'booking_id')::uuid as id;
create temp table other as select (create_booking(tests.wish(tests.slot(42), jsonb_build_object('contact', tests.contact(2)))) ->> 'booking_id')::uuid as id;
grant select on made, other to public;
create function pg_temp.papers() returns table (number text, kind text, status text, total int) language sql as
	$$select number, kind, status, total_cents from documents where booking_id = (select id from made) order by created_at, id$$;
create temp table before as select coalesce(max(last), 0) as last from private.document_counters where kind = 'invoice' and year = extract(year from now() at time zone 'America/Los_Angeles');

-- Invoices
select is_empty($$select from pg_temp.papers()$$, 'A pending booking has no invoice');
select tests.as_user('manager.fremont@demo.test');
select confirm_booking((select id from made));
select tests.as_owner();
select results_eq($$select kind, status, total from pg_temp.papers()$$, $$values ('invoice', 'issued', 61000)$$, 'A confirmed one has');
select matches((select number from pg_temp.papers()), '^INV-20[0-9]{2}-[0-9]{5}$', 'It has a number that people can say');
select is((select snapshot -> 'lines' from documents where booking_id = (select id from made)), (select quote -> 'lines' from bookings where id = (select id from made)), 'Its lines are those of the quote');
select ok((select not (snapshot::text ~* 'tax') from documents where booking_id = (select id from made)), 'It does not speak of tax');
select is((select count(*)::int from pgboss.job where name = 'document-render' and data ->> 'document_id' = (select id::text from documents where booking_id = (select id from made))), 1, 'A job draws it');
update bookings set notes = 'Ring twice' where id = (select id from made);
select is((select count(*)::int from pg_temp.papers()), 1, 'What changes no amount changes no invoice');
update bookings set total_cents = 66500, quote = jsonb_set(quote, '{lines,0,quantity}', '11') where id = (select id from made);
select results_eq($$select status, total from pg_temp.papers()$$, $$values ('void', 61000), ('issued', 66500)$$, 'Another amount voids it and issues a new one; both stay');
select is((select array_agg(right(number, 5)::int - (select last from before) order by number) from pg_temp.papers()), array[1, 2], 'Numbers have no gaps');
select is((select r.number from documents n join documents r on r.id = n.replaces where n.booking_id = (select id from made) and n.status = 'issued'),
	(select min(number) from pg_temp.papers()), 'The new one names the old one');
savepoint gap;
select private.next_document_number('invoice', 2030);
rollback to gap;
select is(private.next_document_number('invoice', 2030), 'INV-2030-00001', 'A number that was rolled back is given again, and each year begins at 1');
select is(private.next_document_number('receipt', 2030), 'RCP-2030-00001', 'Receipts are counted by themselves');
insert into private.document_counters values ('invoice', 2031, 99999);
select is(private.next_document_number('invoice', 2031), 'INV-2031-100000', 'More than 99,999 a year find room');

-- Receipts
select tests.as_user('admin@demo.test');
select record_payment((select id from made), '{"kind": "deposit", "method": "zelle", "amount_cents": 10000, "idempotency_key": "receipt-test-1"}');
select tests.as_owner();
select is((select count(*)::int from pgboss.job where name = 'payments-receipt' and data ->> 'booking_id' = (select id::text from made)), 1, 'Money asks for a receipt');
select is((private.write_receipt((select id from made), 'manual:receipt-test-1')).total_cents, 10000, 'A receipt is of what was paid');
select results_eq($$select snapshot -> 'lines', snapshot ->> 'method', (snapshot ->> 'balance_due_cents')::int from documents where payment_ref = 'manual:receipt-test-1'$$,
	$$values ('[{"label": "Deposit", "total_cents": 10000}]'::jsonb, 'zelle', 56500)$$, 'Its lines are the rows of the ledger, and it says what is left');
select is((private.write_receipt((select id from made), 'manual:receipt-test-1')).number, (select number from documents where payment_ref = 'manual:receipt-test-1'), 'A payment has one receipt, however often it is asked for');
select is((private.write_receipt((select id from made), 'manual:unknown')).id, null, 'There is no receipt of nothing');

-- Void and issue anew
select tests.as_user('manager.fremont@demo.test');
select is(tests.code($$select void_document((select id from documents where payment_ref = 'manual:receipt-test-1'), 'Wrong name on it')$$), 'NOT_ALLOWED', 'A manager reads payments only, and can NOT void');
select is(tests.code($$select issue_invoice((select id from made))$$), 'NOT_ALLOWED', 'and can NOT issue');
select tests.as_user('admin@demo.test');
select is(tests.code($$select void_document((select id from documents where payment_ref = 'manual:receipt-test-1'), 'Wrong')$$), 'INVALID_REQUEST', 'Nothing is voided without a reason');
select is(void_document((select id from documents where payment_ref = 'manual:receipt-test-1'), 'Wrong name on it', true) ->> 'status', 'issued', 'An admin CAN void and issue anew');
select results_eq($$select status, void_reason from documents where payment_ref = 'manual:receipt-test-1' order by created_at, id$$, $$values ('void', 'Wrong name on it'), ('issued', null)$$, 'Both receipts stay');
select is(tests.code($$select void_document((select id from documents where payment_ref = 'manual:receipt-test-1' and status = 'void'), 'Wrong name on it')$$), 'STALE_VERSION', 'What is void can NOT be voided again');
select is(issue_invoice((select id from made)) ->> 'number', (select max(number) from documents where booking_id = (select id from made) and kind = 'invoice'), 'Issuing an invoice again gives the one there is');
select is(void_document((select id from documents where booking_id = (select id from made) and kind = 'invoice' and status = 'issued'), 'The customer wants none') ->> 'status', 'void', 'An invoice may be voided for good');
select is(issue_invoice((select id from made)) ->> 'status', 'issued', 'and be issued again');

-- Who may open one
select tests.as_owner();
update documents set sha256 = repeat('a', 64) where booking_id = (select id from made);
create temp table token as select private.booking_token((select id from made)) as right, private.booking_token((select id from other)) as wrong;
create temp table paper as select id, storage_path as path from documents where booking_id = (select id from made) and kind = 'invoice' and status = 'issued';
create temp table voided as select id from documents where booking_id = (select id from made) and status = 'void' limit 1;
grant select on token, paper, voided to public;
select tests.as_anon();
select is(document_file((select id from paper), (select "right" from token)) ->> 'path', (select path from paper), 'A guest CAN open an invoice by the token');
select is(tests.code($$select document_file((select id from paper), (select wrong from token))$$), 'NOT_FOUND', 'A guest can NOT open another booking''s');
select is(tests.code($$select document_file((select id from paper))$$), 'NOT_FOUND', 'A visitor can NOT open one');
select is(tests.code($$select document_file((select id from voided), (select "right" from token))$$), 'NOT_FOUND', 'A guest can NOT open a void one');
select is(payment_page((select id from made), (select "right" from token)) -> 'documents' -> 0 ->> 'kind', 'receipt', 'The pay page lists what holds');
select tests.as_customer('robin@example.test');
select link_my_customer();
select is((select count(*)::int from documents), 2, 'A customer CAN see the own documents that hold');
select tests.as_user('manager.sacramento@demo.test');
select is(tests.code($$select document_file((select id from paper))$$), 'NOT_FOUND', 'A manager of another station can NOT open one');
select tests.as_user('support@demo.test');
select is(document_file((select id from voided)) ->> 'number' is not null, true, 'Support CAN open a void one');

-- Taxes of mandatory tips
select tests.as_owner();
select private.write_entry('tip-test-1', (select id from made), 'tip', 'cash', 5000, 'tip', 'manual:tip-test-1', now(), p_tip_kind => 'mandatory');
select private.write_entry('tip-test-2', (select id from made), 'tip', 'cash', 7000, 'tip', 'manual:tip-test-2', now(), p_tip_kind => 'optional');
select is((select array[mandatory_tip_cents, total_cents] from booking_taxes where booking_id = (select id from made)), array[5000, 71500], 'A mandatory tip is taxed, an optional one is not');
update bookings set total_cents = 66501 where id = (select id from made);
select is((select array[mandatory_tip_cents, total_cents, pre_tax_cents + tax_cents] from booking_taxes where booking_id = (select id from made)), array[5000, 71501, 71501], 'It stays when the total changes');

select * from finish();
