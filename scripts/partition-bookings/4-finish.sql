/*
  Partitioning bookings, last of four, when nobody wants to go back any more: drops the table that was, and the tools.
*/
begin;
set local search_path = '';
drop schema partitioning, partitioning_before cascade;
commit;
