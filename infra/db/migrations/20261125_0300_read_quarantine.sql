-- Kept webhooks of one instance, to be taken in first and marked as replayed after (core.take_quarantined): a crash in
-- between takes them in again, which changes nothing; the other way round would lose them.
create or replace function core.list_kept(instance text, why text, most int)
  returns table (quarantine_id uuid, received_at timestamptz, trace_id text, body bytea)
  language sql stable security definer set search_path = pg_catalog
as $$
  select q.quarantine_id, q.received_at, q.trace_id, q.body from core.quarantine q
  where q.replayed_at is null and q.instance_name = instance and q.reason = why
  order by q.received_at, q.quarantine_id limit most
$$;
grant create on schema core to frontdesk_overview;
alter function core.list_kept(text, text, int) owner to frontdesk_overview;
revoke create on schema core from frontdesk_overview;
revoke execute on function core.list_kept(text, text, int) from public;
grant execute on function core.list_kept(text, text, int) to frontdesk_app;
