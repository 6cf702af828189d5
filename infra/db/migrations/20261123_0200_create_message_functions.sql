-- One round trip per stop of a message (docs/adr/0005-one-statement-per-stop.md). Each function sets the clinic it
-- works for and runs with the caller's rights, so row-level security holds inside. Arguments and results are jsonb:
-- a new field is no new signature, and the previous release goes on working.

create or replace function core.defer_job(queue text, task text, lock text, args jsonb) returns void
  language sql
as $$
  select public.procrastinate_defer_jobs_v1(
    array[row(queue, task, 0, lock, null, args, null)::public.procrastinate_job_to_defer_v1])
$$;

-- The contact an address belongs to; made if unknown. A phone and a LID seen together become one contact.
create or replace function core.find_or_make_contact(p jsonb) returns uuid
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  by_phone core.contacts;
  by_lid core.contacts;
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
    values (clinic, (p->>'contact_id')::uuid, p->>'phone', p->>'lid', p->>'push_name', (p->>'now')::timestamptz)
    on conflict do nothing;
  if found then
    return (p->>'contact_id')::uuid;
  end if;
  -- Another webhook made it in the same instant.
  select * into by_phone from core.contacts
    where clinic_id = clinic and (phone = p->>'phone' or lid = p->>'lid') limit 1;
  return by_phone.contact_id;
end
$$;

create or replace function core.merge_contacts(clinic uuid, kept uuid, gone uuid) returns void
  language plpgsql
as $$
declare
  old_session core.conversation_sessions;
  new_session uuid;
begin
  update core.contacts set lid = null, phone = coalesce(phone, 'merged:' || gone::text)
    where clinic_id = clinic and contact_id = gone;
  for old_session in select * from core.conversation_sessions where clinic_id = clinic and contact_id = gone loop
    select id into new_session from core.conversation_sessions
      where clinic_id = clinic and instance_id = old_session.instance_id and contact_id = kept;
    if new_session is null then
      update core.conversation_sessions
        set contact_id = kept,
            reply_to = coalesce((select phone from core.contacts where clinic_id = clinic and contact_id = kept), reply_to)
        where clinic_id = clinic and id = old_session.id;
    else
      update core.whatsapp_conversations set session_id = new_session
        where clinic_id = clinic and session_id = old_session.id;
      update core.outbox set session_id = new_session where clinic_id = clinic and session_id = old_session.id;
      update core.turns set session_id = new_session where clinic_id = clinic and session_id = old_session.id;
      update core.follow_ups set session_id = new_session where clinic_id = clinic and session_id = old_session.id;
    end if;
  end loop;
  update healthcare.patient_contacts set contact_id = kept
    where clinic_id = clinic and contact_id = gone
      and patient_id not in (select patient_id from healthcare.patient_contacts where clinic_id = clinic and contact_id = kept);
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
    patient := (p->>'patient_id')::uuid;
    insert into healthcare.patients (clinic_id, patient_id, name, created_at)
      values (clinic, patient, p->>'push_name', (p->>'now')::timestamptz);
    insert into healthcare.patient_contacts (clinic_id, patient_id, contact_id) values (clinic, patient, contact);
  end if;
  insert into core.conversation_sessions (clinic_id, id, instance_id, contact_id, patient_id, reply_to, created_at)
    values (clinic, (p->>'session_id')::uuid, instance, contact, patient, p->>'reply_to', (p->>'now')::timestamptz)
    on conflict (clinic_id, instance_id, contact_id) do update set reply_to = core.conversation_sessions.reply_to
    returning id into session;
  return session;
end
$$;

-- An answer that has not left yet is taken back: its messages wait again, the session is as before it.
-- True if there was one. Answers whose turn has written something stay.
create or replace function core.take_back_unsent(clinic uuid, session uuid, why text) returns boolean
  language plpgsql
as $$
declare
  answer core.outbox;
begin
  select * into answer from core.outbox
    where clinic_id = clinic and session_id = session and status = 'pending' and session_before is not null
      and seq = (select max(seq) from core.outbox where clinic_id = clinic and session_id = session)
    for update skip locked;
  if answer.outbox_id is null then
    return false;
  end if;
  update core.outbox set status = 'superseded', reason = why where clinic_id = clinic and outbox_id = answer.outbox_id;
  delete from core.whatsapp_conversations where clinic_id = clinic and message_id = answer.message_id;
  update core.whatsapp_conversations set status = 'new', turn_id = null
    where clinic_id = clinic and session_id = session and turn_id = answer.turn_id and status = 'answered'
      and revoked_at is null;
  update core.conversation_sessions
    set context = answer.session_before->'context', state = answer.session_before->>'state',
        introduced_at = (answer.session_before->>'introduced_at')::timestamptz,
        turn_version = turn_version + 1
    where clinic_id = clinic and id = session;
  update core.follow_ups set status = 'dropped', settled_at = now()
    where clinic_id = clinic and session_id = session and status = 'pending' and created_at = answer.created_at;
  return true;
end
$$;

create or replace function core.put_outbox(p jsonb) returns void
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
    return;
  end if;
  if p->>'message_id' is not null then
    insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, text,
        sent_at, received_at, status, turn_id, trace_id)
      values ((p->>'clinic_id')::uuid, (p->>'message_id')::uuid, (p->>'session_id')::uuid, (p->>'instance_id')::uuid,
        'out', 'assistant', p->>'text', (p->>'now')::timestamptz, (p->>'now')::timestamptz, 'out',
        (p->>'turn_id')::uuid, p->>'trace_id');
  end if;
  -- Its own lock kind: what is being sent never waits for what is being thought. Emergencies wait for nothing.
  perform core.defer_job('send', 'deliver_message',
    case when p->>'kind' = 'reply' then 'send:' || (p->>'session_id') else 'send-now:' || (p->>'outbox_id') end,
    jsonb_build_object('clinic_id', p->>'clinic_id', 'outbox_id', p->>'outbox_id') || coalesce(p->'trace', '{}'));
end
$$;

-- A row for staff and the job that tells the first of them.
create or replace function core.put_alert(p jsonb) returns void
  language plpgsql
as $$
begin
  insert into core.staff_alerts (clinic_id, alert_id, session_id, kind, reason, dedupe_key, trace_id, created_at)
    values ((p->>'clinic_id')::uuid, (p->>'alert_id')::uuid, (p->>'session_id')::uuid, p->>'kind', p->>'reason',
      p->>'dedupe_key', p->>'trace_id', (p->>'now')::timestamptz)
    on conflict do nothing;
  if found then
    perform core.defer_job('send', 'tell_staff', 'alert:' || (p->>'alert_id'),
      jsonb_build_object('clinic_id', p->>'clinic_id', 'alert_id', p->>'alert_id') || coalesce(p->'trace', '{}'));
  end if;
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
  message uuid := (p->>'message_id')::uuid;
  is_staff boolean := p->>'author' = 'staff';
  wanted_status text := p->>'status';
  body text := p->>'text';
  session uuid;
  known core.whatsapp_conversations;
  early core.early_changes;
  acknowledged int;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);

  select * into known from core.whatsapp_conversations where instance_id = instance and provider_id = p->>'provider_id';
  if known.message_id is not null then
    -- Another text, or another sender: the same person may come once by phone and once by LID.
    if known.direction = 'in' and known.edited_at is null and known.fingerprint <> decode(p->>'fingerprint', 'hex')
       and (known.text <> body or not exists (
         select 1 from core.conversation_sessions s join core.contacts c on c.clinic_id = s.clinic_id and c.contact_id = s.contact_id
         where s.clinic_id = clinic and s.id = known.session_id and (c.phone = p->>'phone' or c.lid = p->>'lid'))) then
      return jsonb_build_object('outcome', 'conflict', 'message_id', known.message_id);
    end if;
    return jsonb_build_object('outcome', 'duplicate', 'message_id', known.message_id, 'session_id', known.session_id);
  end if;

  session := core.find_or_make_session(p);

  -- Any reply from a staff member who was told of an alert acknowledges it; it is not a patient's message.
  if not is_staff and p->>'phone' is not null then
    update core.staff_alerts a set status = 'acknowledged', acknowledged_at = moment, acknowledged_by = s.staff_id::text
      from core.staff_contacts s
      where a.clinic_id = clinic and a.status = 'open' and a.told > 0
        and s.clinic_id = clinic and s.phone = '+' || (p->>'phone');
    get diagnostics acknowledged = row_count;
    if acknowledged > 0 then
      wanted_status := 'recorded';
    end if;
  end if;

  select * into early from core.early_changes
    where clinic_id = clinic and instance_id = instance and provider_id = p->>'provider_id'
    order by change desc limit 1; -- a revoke outranks an edit
  if early.change = 'revoke' then
    wanted_status := 'recorded';
  elsif early.change = 'edit' then
    body := early.text;
  end if;

  insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, provider_id,
      kind, text, choice_id, quoted_id, quoted_text, attachment, fingerprint, sent_at, received_at, status, is_stale,
      is_emergency, was_truncated, edited_at, revoked_at, trace_id)
    values (clinic, message, session, instance, case when is_staff then 'out' else 'in' end, p->>'author', p->>'provider_id',
      p->>'kind', body, p->>'choice_id', p->>'quoted_id', p->>'quoted_text', nullif(p->'attachment', 'null'),
      decode(p->>'fingerprint', 'hex'), (p->>'sent_at')::timestamptz, moment,
      case when p->'emergency' <> 'null' and wanted_status = 'new' then 'answered' else wanted_status end,
      (p->>'is_stale')::boolean, p->'emergency' <> 'null', (p->>'was_truncated')::boolean,
      case when early.change = 'edit' then early.changed_at end,
      case when early.change = 'revoke' then early.changed_at end, p->>'trace_id')
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

  update core.conversation_sessions set last_patient_at = greatest(last_patient_at, (p->>'sent_at')::timestamptz)
    where clinic_id = clinic and id = session;

  if p->'emergency' <> 'null' then
    perform core.put_emergency(p, session, message);
  elsif wanted_status = 'new' then
    perform core.defer_job('turns', 'answer_message', 'conv:' || session,
      jsonb_build_object('clinic_id', clinic, 'session_id', session, 'message_id', message) || coalesce(p->'trace', '{}'));
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

-- Everything a turn needs, in one read. Null if the session is gone.
create or replace function core.load_turn(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  session core.conversation_sessions;
  wanted uuid[];
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  select * into session from core.conversation_sessions where clinic_id = clinic and id = (p->>'session_id')::uuid;
  if session.id is null then
    return null;
  end if;
  if session.pinned_messages is null and exists (
      select 1 from core.whatsapp_conversations where clinic_id = clinic and session_id = session.id and status = 'new')
     and core.take_back_unsent(clinic, session.id, 'a newer message came') then
    select * into session from core.conversation_sessions where clinic_id = clinic and id = session.id;
  end if;
  if (p->>'is_retry')::boolean then
    update core.whatsapp_conversations set attempts = attempts + 1
      where clinic_id = clinic and session_id = session.id and status = 'new';
  end if;
  -- A turn that has begun to act is run again with the very same messages.
  wanted := session.pinned_messages;
  return jsonb_build_object(
    'session', to_jsonb(session),
    'contact', (select jsonb_build_object('phone', c.phone, 'push_name', c.push_name) from core.contacts c
                where c.clinic_id = clinic and c.contact_id = session.contact_id),
    'patient', (select jsonb_build_object('patient_id', t.patient_id, 'name', t.name, 'language', t.language)
                from healthcare.patients t where t.clinic_id = clinic and t.patient_id = session.patient_id),
    'messages', coalesce((
      select jsonb_agg(jsonb_build_object(
          'message_id', m.message_id, 'seq', m.seq, 'kind', m.kind, 'text', m.text, 'choice_id', m.choice_id,
          'quoted_text', coalesce(m.quoted_text, q.text), 'sent_at', m.sent_at, 'attempts', m.attempts,
          'was_truncated', m.was_truncated, 'trace_id', m.trace_id) order by m.sent_at, m.seq)
      from core.whatsapp_conversations m
      left join core.whatsapp_conversations q on q.instance_id = m.instance_id and q.provider_id = m.quoted_id
      where m.clinic_id = clinic and m.session_id = session.id and m.status = 'new'
        and (wanted is null or m.message_id = any(wanted))), '[]'),
    'history', coalesce((
      select jsonb_agg(jsonb_build_object('author', h.author, 'text', h.text, 'at', h.sent_at) order by h.seq)
      from (select author, text, sent_at, seq from core.whatsapp_conversations
            where clinic_id = clinic and session_id = session.id and status <> 'new' and revoked_at is null and text <> ''
            order by seq desc limit 12) h), '[]'),
    'appointments', coalesce((
      select jsonb_agg(to_jsonb(a) order by a.starts_at)
      from (select appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at, status, version
            from healthcare.appointments
            where clinic_id = clinic and patient_id = session.patient_id and status in ('pending', 'booked', 'confirmed')
              and starts_at >= (p->>'now')::timestamptz) a), '[]'));
end
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
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  update core.conversation_sessions
    set context = p->'context', state = p->>'state', turn_version = turn_version + 1, pinned_messages = null,
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
    perform core.put_outbox(p->'reply');
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
  return jsonb_build_object('committed', true, 'more', exists (
    select 1 from core.whatsapp_conversations where clinic_id = clinic and session_id = session and status = 'new'));
end
$$;

-- Claim one promised message for sending. Null if there is nothing to send any more.
-- `was_sending` says that an earlier try may have reached the gateway.
create or replace function core.claim_outbox(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  row_before core.outbox;
  instance healthcare.whatsapp_instances;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  select * into row_before from core.outbox
    where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid for update;
  if row_before.outbox_id is null or row_before.status not in ('pending', 'sending') then
    return null;
  end if;
  select * into instance from healthcare.whatsapp_instances
    where clinic_id = clinic and instance_id = row_before.instance_id;
  -- The first try that may have got out counts: a lookup begins there, however often we died since.
  update core.outbox
    set status = 'sending', attempts = attempts + 1,
        claimed_at = case when status = 'sending' then claimed_at else (p->>'now')::timestamptz end
    where clinic_id = clinic and outbox_id = row_before.outbox_id;
  return jsonb_build_object(
    'outbox_id', row_before.outbox_id, 'session_id', row_before.session_id, 'message_id', row_before.message_id,
    'reply_to', row_before.reply_to, 'text', row_before.text, 'kind', row_before.kind, 'attempts', row_before.attempts,
    'was_sending', row_before.status = 'sending', 'claimed_at', row_before.claimed_at, 'created_at', row_before.created_at,
    'trace_id', row_before.trace_id, 'language', row_before.language,
    'instance_name', instance.instance_name, 'api_version', instance.api_version,
    'instance_id', instance.instance_id, 'removed', instance.removed_at is not null);
end
$$;

-- What became of a send: status sent, failed or pending (to be tried again, nothing left us).
create or replace function core.mark_outbox(p jsonb) returns void
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  message uuid;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  update core.outbox
    set status = p->>'status', provider_id = coalesce(p->>'provider_id', provider_id), reason = p->>'reason',
        maybe_duplicate = maybe_duplicate or (p->>'maybe_duplicate')::boolean,
        sent_at = case when p->>'status' = 'sent' then (p->>'now')::timestamptz end,
        session_before = case when p->>'status' = 'pending' then session_before end
    where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid and status <> 'sent'
    returning message_id into message;
  if message is not null and p->>'provider_id' is not null then
    update core.whatsapp_conversations set provider_id = p->>'provider_id', delivery = coalesce(delivery, 0)
      where clinic_id = clinic and message_id = message and provider_id is null
        and not exists (select 1 from core.whatsapp_conversations w
          where w.instance_id = core.whatsapp_conversations.instance_id and w.provider_id = p->>'provider_id');
  end if;
end
$$;
