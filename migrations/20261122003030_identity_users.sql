/*
  Identity: the panel's list of the people who work here.
  No tables.
*/

create index staff_created_at on public.staff (created_at desc, id desc); -- the list's order, page by page
