/*
  Audit: what keeps the viewer quick at a million entries (tests/bench/audit.ts). Each index costs every write of a business row,
  so there is one for each filter that can be rare, and none for those that never are.
  Tables: none of its own.
*/

-- By actor as it stands in the entry: people, and by prefix jobs, webhooks and agents, which have no id.
drop index public.audit_log_actor;
create index audit_log_who on public.audit_log (actor text_pattern_ops, occurred_at desc);
create index audit_log_removals on public.audit_log (occurred_at desc) where action = 'delete'; -- rare, and what one looks for
