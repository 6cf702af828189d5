-- The few looks across clinics: they return ids and clinic_id only, and run as a role that may read these columns.
do $$
declare
  tenant text;
begin
  foreach tenant in array array['healthcare.whatsapp_instances', 'core.whatsapp_conversations', 'core.outbox',
      'core.follow_ups', 'core.staff_alerts', 'healthcare.appointments', 'core.turns', 'core.clinics'] loop
    execute format('create policy overview on %s for select to frontdesk_overview using (true)', tenant);
    execute format('grant select on %s to frontdesk_overview', tenant);
  end loop;
end
$$;
grant select, update on core.quarantine to frontdesk_overview;
grant select on procrastinate_jobs to frontdesk_overview;

create or replace function core.list_clinics() returns table (clinic_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$ select c.clinic_id from core.clinics c order by c.created_at, c.clinic_id $$;

create or replace function core.list_instances() returns table (instance_id uuid, clinic_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$ select i.instance_id, i.clinic_id from healthcare.whatsapp_instances i order by i.clinic_id, i.instance_id $$;

create or replace function core.find_instance(wanted text) returns table (instance_id uuid, clinic_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$ select i.instance_id, i.clinic_id from healthcare.whatsapp_instances i where i.instance_name = wanted $$;

create or replace function core.list_due_follow_ups(moment timestamptz, most int)
  returns table (clinic_id uuid, follow_up_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$
  select f.clinic_id, f.follow_up_id from core.follow_ups f
  where f.status = 'pending' and f.due_at <= moment order by f.due_at limit most
$$;

create or replace function core.list_unacknowledged_alerts(told_before timestamptz, most int)
  returns table (clinic_id uuid, alert_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$
  select a.clinic_id, a.alert_id from core.staff_alerts a
  where a.status = 'open' and a.told > 0 and a.told_at < told_before order by a.told_at limit most
$$;

-- Messages that wait for an answer although no job is there to give it (an operator deleted it, say).
create or replace function core.list_forgotten_sessions(received_before timestamptz, most int)
  returns table (clinic_id uuid, session_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$
  select distinct m.clinic_id, m.session_id from core.whatsapp_conversations m
  where m.status = 'new' and m.received_at < received_before
    and not exists (select 1 from public.procrastinate_jobs j
      where j.lock = 'conv:' || m.session_id and j.status in ('todo', 'doing'))
  limit most
$$;

create or replace function core.list_forgotten_outbox(created_before timestamptz, most int)
  returns table (clinic_id uuid, outbox_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$
  select o.clinic_id, o.outbox_id from core.outbox o
  where o.status in ('pending', 'sending') and o.created_at < created_before
    and not exists (select 1 from public.procrastinate_jobs j
      where j.task_name = 'deliver_message' and j.status in ('todo', 'doing')
        and j.args->>'outbox_id' = o.outbox_id::text)
  limit most
$$;

-- What must always be zero.
create or replace function core.count_broken_invariants(moment timestamptz)
  returns table (unanswered bigint, undelivered bigint, overlapping bigint)
  language sql stable security definer set search_path = pg_catalog
as $$
  select
    (select count(*) from core.whatsapp_conversations where status = 'new' and received_at < moment - interval '5 minutes'),
    (select count(*) from core.outbox where status in ('pending', 'sending') and created_at < moment - interval '10 minutes'),
    (select count(*) from healthcare.appointments a join healthcare.appointments b
       on a.clinic_id = b.clinic_id and a.doctor_id = b.doctor_id and a.appointment_id < b.appointment_id
      and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
     where a.status in ('pending', 'booked', 'confirmed') and b.status in ('pending', 'booked', 'confirmed')
       and a.ends_at > moment)
$$;

-- Which clinics know a trace or a message id.
create or replace function core.find_story(wanted text) returns table (clinic_id uuid, session_id uuid, trace_id text)
  language sql stable security definer set search_path = pg_catalog
as $$
  select m.clinic_id, m.session_id, m.trace_id from core.whatsapp_conversations m
    where m.trace_id = wanted or m.provider_id = wanted or m.message_id::text = wanted
  union
  select o.clinic_id, o.session_id, o.trace_id from core.outbox o where o.outbox_id::text = wanted or o.trace_id = wanted
$$;

create or replace function core.list_quarantine(most int)
  returns table (quarantine_id uuid, instance_name text, reason text, received_at timestamptz)
  language sql stable security definer set search_path = pg_catalog
as $$
  select q.quarantine_id, q.instance_name, q.reason, q.received_at from core.quarantine q
  where q.replayed_at is null order by q.received_at limit most
$$;

-- The raw body of one kept webhook, handed out once to be replayed.
create or replace function core.take_quarantined(wanted uuid, moment timestamptz) returns table (instance_name text, body bytea)
  language sql security definer set search_path = pg_catalog
as $$
  update core.quarantine q set replayed_at = moment where q.quarantine_id = wanted and q.replayed_at is null
  returning q.instance_name, q.body
$$;

do $$
declare
  overview regprocedure;
begin
  foreach overview in array array['core.list_clinics()', 'core.list_instances()', 'core.find_instance(text)',
      'core.list_due_follow_ups(timestamptz, int)', 'core.list_unacknowledged_alerts(timestamptz, int)',
      'core.list_forgotten_sessions(timestamptz, int)', 'core.list_forgotten_outbox(timestamptz, int)',
      'core.count_broken_invariants(timestamptz)', 'core.find_story(text)', 'core.list_quarantine(int)',
      'core.take_quarantined(uuid, timestamptz)']::regprocedure[] loop
    execute format('alter function %s owner to frontdesk_overview', overview);
    execute format('revoke execute on function %s from public', overview);
    execute format('grant execute on function %s to frontdesk_app', overview);
  end loop;
end
$$;
revoke create on schema core from frontdesk_overview;
