-- Fewer statements inside the acceptance of a message: one look beforehand, ids made where they are needed, in order,
-- and the time of the patient's last message is written with the turn, which writes that row anyway. The worker that
-- commits an answer may take its send job in hand in the same statement.

-- The contact an address belongs to; made if unknown. A phone and a LID seen together become one contact.
create or replace function core.find_or_make_contact(p jsonb) returns uuid
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  by_phone core.contacts;
  by_lid core.contacts;
  made uuid := coalesce((p->>'contact_id')::uuid, gen_random_uuid());
begin
  select * into by_phone from core.contacts where clinic_id = clinic and phone = p->>'phone';
  select * into by_lid from core.contacts where clinic_id = clinic and lid = p->>'lid';
  if by_phone.contact_id is not null and by_lid.contact_id is not null and by_phone.contact_id <> by_lid.contact_id then
    -- Two contacts turn out to be one person: the phone's lives on, the LID's chat joins it.
    perform core.merge_contacts(clinic, by_phone.contact_id, by_lid.contact_id);
    update core.contacts set lid = p->>'lid' where clinic_id = clinic and contact_id = by_phone.contact_id;
    return by_phone.contact_id;
  end if;
  if by_phone.contact_id is not null then
    if by_phone.lid is null and p->>'lid' is not null then
      update core.contacts set lid = p->>'lid' where clinic_id = clinic and contact_id = by_phone.contact_id;
    end if;
    return by_phone.contact_id;
  end if;
  if by_lid.contact_id is not null then
    if p->>'phone' is not null then
      update core.contacts set phone = p->>'phone' where clinic_id = clinic and contact_id = by_lid.contact_id;
      update core.conversation_sessions set reply_to = p->>'phone'
        where clinic_id = clinic and contact_id = by_lid.contact_id;
    end if;
    return by_lid.contact_id;
  end if;
  insert into core.contacts (clinic_id, contact_id, phone, lid, push_name, created_at)
    values (clinic, made, p->>'phone', p->>'lid', p->>'push_name', (p->>'now')::timestamptz)
    on conflict do nothing;
  if found then
    return made;
  end if;
  -- Another webhook made it in the same instant.
  select * into by_phone from core.contacts
    where clinic_id = clinic and (phone = p->>'phone' or lid = p->>'lid') limit 1;
  return by_phone.contact_id;
end
$$;

-- The session of an address on an instance; made if unknown, with a patient to go with it.
create or replace function core.find_or_make_session(p jsonb) returns uuid
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  instance uuid := (p->>'instance_id')::uuid;
  contact uuid;
  session uuid;
  patient uuid;
begin
  contact := core.find_or_make_contact(p);
  select id into session from core.conversation_sessions
    where clinic_id = clinic and instance_id = instance and contact_id = contact;
  if session is not null then
    return session;
  end if;
  select patient_id into patient from healthcare.patient_contacts
    where clinic_id = clinic and contact_id = contact and is_usual_writer order by patient_id limit 1;
  if patient is null then
    patient := coalesce((p->>'patient_id')::uuid, gen_random_uuid());
    insert into healthcare.patients (clinic_id, patient_id, name, created_at)
      values (clinic, patient, p->>'push_name', (p->>'now')::timestamptz);
    insert into healthcare.patient_contacts (clinic_id, patient_id, contact_id) values (clinic, patient, contact);
  end if;
  insert into core.conversation_sessions (clinic_id, id, instance_id, contact_id, patient_id, reply_to, created_at)
    values (clinic, coalesce((p->>'session_id')::uuid, gen_random_uuid()), instance, contact, patient, p->>'reply_to', (p->>'now')::timestamptz)
    on conflict (clinic_id, instance_id, contact_id) do update set reply_to = core.conversation_sessions.reply_to
    returning id into session;
  return session;
end
$$;

-- Take in one message: who wrote it, the message itself and the job that answers it, or nothing at all.
-- Result: {"outcome": "accepted" | "duplicate" | "conflict" | "acknowledged", "session_id", "message_id"}.
create or replace function core.accept_message(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  instance uuid := (p->>'instance_id')::uuid;
  moment timestamptz := (p->>'now')::timestamptz;
  message uuid := coalesce((p->>'message_id')::uuid, uuidv7()); -- in order: the index grows at its end
  is_staff boolean := p->>'author' = 'staff';
  wanted_status text := p->>'status';
  body text := p->>'text';
  session uuid;
  seen record;
  acknowledged int;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);

  -- All there is to know beforehand, in one look.
  select s.id as session_id, k.message_id as known_id, k.session_id as known_session, k.direction as known_direction,
      k.edited_at as known_edited_at, k.fingerprint as known_fingerprint, k.text as known_text,
      e.change, e.text as changed_text, e.changed_at, a.is_waited_for
    into seen
    from (select 1) as one
    -- Nearly every message: a phone and session we know, with no news about the LID.
    left join lateral (
      select s.id from core.contacts c
      join core.conversation_sessions s on s.clinic_id = c.clinic_id and s.contact_id = c.contact_id
      where c.clinic_id = clinic and c.phone = p->>'phone' and (p->>'lid' is null or c.lid = p->>'lid')
        and s.instance_id = instance) s on true
    left join core.whatsapp_conversations k on k.instance_id = instance and k.provider_id = p->>'provider_id'
    -- A revoke outranks an edit.
    left join lateral (
      select x.change, x.text, x.changed_at from core.early_changes x
      where x.clinic_id = clinic and x.instance_id = instance and x.provider_id = p->>'provider_id'
      order by x.change desc limit 1) e on true
    left join lateral (
      select true as is_waited_for from core.staff_alerts w
      where w.clinic_id = clinic and w.status = 'open' and w.told > 0 limit 1) a on true;

  if seen.known_id is not null then
    -- Another text, or another sender: the same person may come once by phone and once by LID.
    if seen.known_direction = 'in' and seen.known_edited_at is null
       and seen.known_fingerprint <> decode(p->>'fingerprint', 'hex')
       and (seen.known_text <> body or not exists (
         select 1 from core.conversation_sessions s join core.contacts c on c.clinic_id = s.clinic_id and c.contact_id = s.contact_id
         where s.clinic_id = clinic and s.id = seen.known_session and (c.phone = p->>'phone' or c.lid = p->>'lid'))) then
      return jsonb_build_object('outcome', 'conflict', 'message_id', seen.known_id);
    end if;
    return jsonb_build_object('outcome', 'duplicate', 'message_id', seen.known_id, 'session_id', seen.known_session);
  end if;

  session := coalesce(seen.session_id, core.find_or_make_session(p));

  -- Any reply from a staff member who was told of an alert acknowledges it; it is not a patient's message.
  if seen.is_waited_for and not is_staff and p->>'phone' is not null then
    update core.staff_alerts a set status = 'acknowledged', acknowledged_at = moment, acknowledged_by = s.staff_id::text
      from core.staff_contacts s
      where a.clinic_id = clinic and a.status = 'open' and a.told > 0
        and s.clinic_id = clinic and s.phone = '+' || (p->>'phone');
    get diagnostics acknowledged = row_count;
    if acknowledged > 0 then
      wanted_status := 'recorded';
    end if;
  end if;

  if seen.change = 'revoke' then
    wanted_status := 'recorded';
  elsif seen.change = 'edit' then
    body := seen.changed_text;
  end if;

  insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, provider_id,
      kind, text, choice_id, quoted_id, quoted_text, attachment, fingerprint, sent_at, received_at, status, is_stale,
      is_emergency, was_truncated, edited_at, revoked_at, trace_id)
    values (clinic, message, session, instance, case when is_staff then 'out' else 'in' end, p->>'author', p->>'provider_id',
      p->>'kind', body, p->>'choice_id', p->>'quoted_id', p->>'quoted_text', nullif(p->'attachment', 'null'),
      decode(p->>'fingerprint', 'hex'), (p->>'sent_at')::timestamptz, moment,
      case when p->'emergency' <> 'null' and wanted_status = 'new' then 'answered' else wanted_status end,
      (p->>'is_stale')::boolean, p->'emergency' <> 'null', (p->>'was_truncated')::boolean,
      case when seen.change = 'edit' then seen.changed_at end,
      case when seen.change = 'revoke' then seen.changed_at end, p->>'trace_id')
    on conflict do nothing;
  if not found then
    return jsonb_build_object('outcome', 'duplicate');
  end if;

  if is_staff then
    -- Staff answer from the phone: the assistant falls silent, what it has not sent yet stays unsent.
    if (p->>'is_fresh')::boolean then
      update core.conversation_sessions
        set staff_until = case when p->>'hands_back' = 'true' then null else (p->>'staff_until')::timestamptz end,
            turn_version = turn_version + 1
        where clinic_id = clinic and id = session;
      update core.outbox set status = 'superseded', reason = 'staff answered'
        where clinic_id = clinic and session_id = session and status = 'pending' and kind in ('reply', 'holding', 'follow_up');
      update core.whatsapp_conversations set status = 'recorded'
        where clinic_id = clinic and session_id = session and status = 'new' and p->>'hands_back' <> 'true';
      update core.follow_ups set status = 'dropped', settled_at = moment
        where clinic_id = clinic and session_id = session and status = 'pending';
    end if;
    return jsonb_build_object('outcome', 'accepted', 'session_id', session, 'message_id', message);
  end if;

  if wanted_status <> 'new' then
    -- Where an answer is due, the turn writes this row anyway.
    update core.conversation_sessions set last_patient_at = greatest(last_patient_at, (p->>'sent_at')::timestamptz)
      where clinic_id = clinic and id = session;
  end if;

  if p->'emergency' <> 'null' then
    perform core.put_emergency(p, session, message);
  elsif wanted_status = 'new' then
    perform public.procrastinate_defer_jobs_v1(array[row('turns', 'answer_message', 0, 'conv:' || session, null,
      jsonb_build_object('clinic_id', clinic, 'session_id', session, 'message_id', message) || coalesce(p->'trace', '{}'),
      null)::public.procrastinate_job_to_defer_v1]);
  end if;
  return jsonb_build_object('outcome', case when acknowledged > 0 then 'acknowledged' else 'accepted' end,
    'session_id', session, 'message_id', message);
end
$$;

-- The emergency reply and the staff alert, as jobs of their own; a turn that is being thought is superseded.
create or replace function core.put_emergency(p jsonb, session uuid, message uuid) returns void
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  alarm jsonb := p->'emergency';
  address text;
  spoken text;
begin
  update core.conversation_sessions
    set state = 'escalated', turn_version = turn_version + 1, last_answer_at = (p->>'now')::timestamptz,
        last_patient_at = greatest(last_patient_at, (p->>'sent_at')::timestamptz),
        introduced_at = coalesce(introduced_at, (p->>'now')::timestamptz)
    where clinic_id = clinic and id = session
    returning reply_to, coalesce(context->>'requested_language', alarm->>'clear_language', context->>'language',
      (select t.language from healthcare.patients t where t.clinic_id = clinic and t.patient_id = conversation_sessions.patient_id),
      alarm->>'default_language')
    into address, spoken;
  if not (alarm->'texts' ? spoken) then
    spoken := alarm->>'default_language';
  end if;
  -- What waits in the same burst is covered by this answer; a promise of a price now would be out of place.
  update core.whatsapp_conversations set status = 'answered', turn_id = (alarm->>'turn_id')::uuid
    where clinic_id = clinic and session_id = session and (status = 'new' or message_id = message);
  update core.outbox set status = 'superseded', reason = 'emergency'
    where clinic_id = clinic and session_id = session and status = 'pending' and kind = 'reply';
  perform core.put_outbox(jsonb_build_object(
    'clinic_id', clinic, 'session_id', session, 'instance_id', p->>'instance_id', 'reply_to', address,
    'outbox_id', alarm->>'outbox_id', 'message_id', alarm->>'reply_message_id', 'turn_id', alarm->>'turn_id',
    'text', alarm->'texts'->>spoken, 'language', spoken,
    'kind', 'emergency', 'dedupe_key', 'emergency:' || message, 'session_before', null,
    'now', p->>'now', 'trace_id', p->>'trace_id', 'trace', p->'trace'));
  perform core.put_alert(jsonb_build_object(
    'clinic_id', clinic, 'alert_id', alarm->>'alert_id', 'session_id', session, 'kind', 'emergency',
    'reason', alarm->>'rule', 'dedupe_key', 'emergency:' || message, 'now', p->>'now',
    'trace_id', p->>'trace_id', 'trace', p->'trace'));
  insert into core.turns (clinic_id, turn_id, session_id, answered_at, intent, state, decision, timings, trace_id)
    values (clinic, (alarm->>'turn_id')::uuid, session, (p->>'now')::timestamptz, 'emergency', 'escalated',
      jsonb_build_object('reasons', jsonb_build_array('emergency:' || (alarm->>'rule')), 'language', spoken,
        'escalated', true, 'follow_up', jsonb_build_object('urgency', 'urgent', 'due_in_hours', 0.25)),
      '{}', p->>'trace_id');
  insert into core.follow_ups (clinic_id, follow_up_id, session_id, urgency, reason, due_at, created_at)
    values (clinic, (alarm->>'follow_up_id')::uuid, session, 'urgent', 'emergency',
      (p->>'now')::timestamptz + interval '15 minutes', (p->>'now')::timestamptz);
end
$$;

-- The row of a promised message, and of the conversation it shows in. False if it was promised before.
create or replace function core.keep_promise(p jsonb) returns boolean
  language plpgsql
as $$
begin
  insert into core.outbox (clinic_id, outbox_id, session_id, instance_id, message_id, reply_to, text, kind, language,
      dedupe_key, session_before, turn_id, trace_id, created_at)
    values ((p->>'clinic_id')::uuid, (p->>'outbox_id')::uuid, (p->>'session_id')::uuid, (p->>'instance_id')::uuid,
      (p->>'message_id')::uuid, p->>'reply_to', p->>'text', p->>'kind', p->>'language', p->>'dedupe_key',
      nullif(p->'session_before', 'null'), (p->>'turn_id')::uuid, p->>'trace_id', (p->>'now')::timestamptz)
    on conflict do nothing;
  if not found then
    return false;
  end if;
  if p->>'message_id' is not null then
    insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, text,
        sent_at, received_at, status, turn_id, trace_id)
      values ((p->>'clinic_id')::uuid, (p->>'message_id')::uuid, (p->>'session_id')::uuid, (p->>'instance_id')::uuid,
        'out', 'assistant', p->>'text', (p->>'now')::timestamptz, (p->>'now')::timestamptz, 'out',
        (p->>'turn_id')::uuid, p->>'trace_id');
  end if;
  return true;
end
$$;

create or replace function core.lock_of_send(p jsonb) returns text
  language sql immutable
as $$
  -- Its own lock kind: what is being sent never waits for what is being thought. Emergencies wait for nothing.
  select case when p->>'kind' = 'reply' then 'send:' || (p->>'session_id') else 'send-now:' || (p->>'outbox_id') end
$$;

create or replace function core.put_outbox(p jsonb) returns void
  language plpgsql
as $$
begin
  if core.keep_promise(p) then
    perform core.defer_job('send', 'deliver_message', core.lock_of_send(p),
      jsonb_build_object('clinic_id', p->>'clinic_id', 'outbox_id', p->>'outbox_id') || coalesce(p->'trace', '{}'));
  end if;
end
$$;

-- A promised message whose send job is in the hands of the worker that commits it: it starts at once, and if the worker
-- dies the job goes to others like any. Null, and an ordinary job, where an earlier send of the chat is not done yet.
create or replace function core.put_outbox_in_hand(p jsonb, worker bigint) returns bigint
  language plpgsql
as $$
declare
  wanted text := core.lock_of_send(p);
  job bigint;
begin
  if exists (select 1 from public.procrastinate_jobs where lock = wanted and status in ('todo', 'doing'))
     or not exists (select 1 from public.procrastinate_workers where id = worker) then
    perform core.put_outbox(p);
    return null;
  end if;
  if core.keep_promise(p) then
    insert into public.procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
      values ('send', 'deliver_message', wanted,
        jsonb_build_object('clinic_id', p->>'clinic_id', 'outbox_id', p->>'outbox_id') || coalesce(p->'trace', '{}'),
        'doing', worker)
      returning id into job;
  end if;
  return job;
end
$$;

-- Sends in somebody's hands that were never begun: the answer to a commit was lost on its way. Others may have them.
create or replace function core.give_back_unbegun_sends(created_before timestamptz) returns bigint
  language sql security definer set search_path = pg_catalog
as $$
  with given as (
    update public.procrastinate_jobs j set status = 'todo', worker_id = null
    from core.outbox o
    where o.status = 'pending' and o.attempts = 0 and o.created_at < created_before
      and j.status = 'doing' and j.task_name = 'deliver_message' and j.args->>'outbox_id' = o.outbox_id::text
    returning 1)
  select count(*) from given
$$;

-- The new state, the reply and its send job, or nothing: `committed` is false if another turn, an emergency or staff
-- came first. `more` says that messages wait already.
create or replace function core.commit_turn(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  session uuid := (p->>'session_id')::uuid;
  moment timestamptz := (p->>'now')::timestamptz;
  send_job bigint;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  update core.conversation_sessions
    set context = p->'context', state = p->>'state', turn_version = turn_version + 1, pinned_messages = null,
        last_patient_at = greatest(last_patient_at, moment),
        last_answer_at = case when p->'reply' <> 'null' then moment else last_answer_at end,
        introduced_at = case when (p->>'introduced')::boolean then moment else introduced_at end,
        held_notice_at = case when (p->>'held')::boolean then moment else held_notice_at end
    where clinic_id = clinic and id = session and turn_version = (p->>'turn_version')::bigint;
  if not found then
    return jsonb_build_object('committed', false, 'more', true);
  end if;
  update core.whatsapp_conversations set status = p->>'message_status', turn_id = (p->>'turn_id')::uuid
    where clinic_id = clinic and message_id in (select value::uuid from jsonb_array_elements_text(p->'message_ids'))
      and status = 'new';
  if p->'reply' <> 'null' then
    if p->>'send_worker' is null then
      perform core.put_outbox(p->'reply');
    else
      send_job := core.put_outbox_in_hand(p->'reply', (p->>'send_worker')::bigint);
    end if;
  end if;
  if p->'turn' <> 'null' then
    insert into core.turns (clinic_id, turn_id, session_id, answered_at, intent, state, decision, timings, trace_id)
      values (clinic, (p->>'turn_id')::uuid, session, moment, p->'turn'->>'intent', p->>'state', p->'turn'->'decision',
        p->'turn'->'timings', p->>'trace_id');
  end if;
  -- Answered now: what was promised before is settled, unless this answer promises again.
  if p->'reply' <> 'null' and p->'follow_up' = 'null' then
    update core.follow_ups set status = 'dropped', settled_at = moment
      where clinic_id = clinic and session_id = session and status = 'pending' and urgency not in ('urgent', 'high')
        and p->>'state' <> 'escalated';
  end if;
  if p->'follow_up' <> 'null' and not exists (
      select 1 from core.follow_ups where clinic_id = clinic and session_id = session and status = 'pending'
        and due_at <= (p->'follow_up'->>'due_at')::timestamptz) then
    insert into core.follow_ups (clinic_id, follow_up_id, session_id, urgency, reason, due_at, created_at)
      values (clinic, (p->'follow_up'->>'follow_up_id')::uuid, session, p->'follow_up'->>'urgency',
        p->'follow_up'->>'reason', (p->'follow_up'->>'due_at')::timestamptz, moment);
  end if;
  if p->'alert' <> 'null' then
    perform core.put_alert(p->'alert');
  end if;
  if p->'patient_language' <> 'null' then
    update healthcare.patients set language = p->>'patient_language'
      where clinic_id = clinic and patient_id = (p->>'patient_id')::uuid and language is distinct from p->>'patient_language';
  end if;
  return jsonb_build_object('committed', true, 'send_job', send_job, 'more', exists (
    select 1 from core.whatsapp_conversations where clinic_id = clinic and session_id = session and status = 'new'));
end
$$;
