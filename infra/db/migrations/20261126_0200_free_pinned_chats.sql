-- A turn that has written a visit is pinned to its messages. What takes those messages out of the turn's hands (an
-- emergency, staff, a revoke) frees the chat again, and staff hear of the visit of which nobody told the patient.
create or replace function core.free_pin(clinic uuid, session uuid, p jsonb) returns boolean
  language plpgsql
as $$
declare
  pinned uuid[];
begin
  select pinned_messages into pinned from core.conversation_sessions where clinic_id = clinic and id = session;
  if pinned is null or exists (
      select 1 from core.whatsapp_conversations
      where clinic_id = clinic and message_id = any(pinned) and status = 'new') then
    return false;
  end if;
  update core.conversation_sessions set pinned_messages = null where clinic_id = clinic and id = session;
  perform core.put_alert(jsonb_build_object(
    'clinic_id', clinic, 'alert_id', gen_random_uuid(), 'session_id', session, 'kind', 'untold',
    'reason', 'a visit was changed and the patient was not told', 'dedupe_key', 'untold:' || pinned[1],
    'now', p->>'now', 'trace_id', p->>'trace_id', 'trace', p->'trace'));
  return true;
end
$$;

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
  if session.pinned_messages is not null and core.free_pin(clinic, session.id, p) then
    session.pinned_messages := null;
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
  perform core.free_pin(clinic, session, p);
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
      where w.clinic_id = clinic and w.status in ('open', 'exhausted') and w.told > 0 limit 1) a on true;

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

  -- A reply of a staff member who was told of an alert acknowledges it; it is not a patient's message. What was written
  -- before the alert, or by one who was not told of it, says nothing about it.
  if seen.is_waited_for and not is_staff and p->>'phone' is not null and not (p->>'is_stale')::boolean then
    update core.staff_alerts a set status = 'acknowledged', acknowledged_at = moment, acknowledged_by = s.staff_id::text
      from core.staff_contacts s
      where a.clinic_id = clinic and a.status in ('open', 'exhausted')
        and s.clinic_id = clinic and s.phone = '+' || (p->>'phone')
        and a.created_at <= (p->>'sent_at')::timestamptz + interval '1 minute'
        and a.told > (select count(*) from core.staff_contacts o where o.clinic_id = clinic
          and (o.on_call > s.on_call or (o.on_call = s.on_call and o.position < s.position)));
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
    -- A late retry of an older message does not take back what a newer one of theirs has said ("#bot").
    if (p->>'is_fresh')::boolean and not exists (
        select 1 from core.whatsapp_conversations m where m.clinic_id = clinic and m.session_id = session
          and m.author = 'staff' and m.message_id <> message and m.sent_at > (p->>'sent_at')::timestamptz) then
      update core.conversation_sessions
        set staff_until = case when p->>'hands_back' = 'true' then null else (p->>'staff_until')::timestamptz end,
            turn_version = turn_version + 1
        where clinic_id = clinic and id = session;
      update core.outbox set status = 'superseded', reason = 'staff answered'
        where clinic_id = clinic and session_id = session and status = 'pending' and kind in ('reply', 'holding', 'follow_up');
      update core.whatsapp_conversations set status = 'recorded'
        where clinic_id = clinic and session_id = session and status = 'new' and p->>'hands_back' <> 'true';
      perform core.free_pin(clinic, session, p);
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

create or replace function core.change_message(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  instance uuid := (p->>'instance_id')::uuid;
  known core.whatsapp_conversations;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  select * into known from core.whatsapp_conversations
    where instance_id = instance and provider_id = p->>'provider_id' for update;
  if known.message_id is null then
    insert into core.early_changes (clinic_id, instance_id, provider_id, change, text, changed_at)
      values (clinic, instance, p->>'provider_id', p->>'change', p->>'text', (p->>'now')::timestamptz)
      on conflict do nothing;
    return jsonb_build_object('outcome', 'early');
  end if;
  if p->>'change' = 'revoke' then
    if known.revoked_at is not null then
      return jsonb_build_object('outcome', 'duplicate');
    end if;
    if known.direction = 'in' then
      perform core.take_back_unsent(clinic, known.session_id, 'the message was revoked');
    end if;
    update core.whatsapp_conversations
      set revoked_at = (p->>'now')::timestamptz, status = case when status = 'new' then 'recorded' else status end
      where clinic_id = clinic and message_id = known.message_id;
    perform core.free_pin(clinic, known.session_id, p);
  else
    if known.revoked_at is not null or known.text is not distinct from p->>'text' then
      return jsonb_build_object('outcome', 'duplicate');
    end if;
    update core.whatsapp_conversations set text = p->>'text', edited_at = (p->>'now')::timestamptz
      where clinic_id = clinic and message_id = known.message_id;
    -- Edited into an emergency: staff are told, whether it was answered before, or they hold the chat.
    if known.direction = 'in' and p->>'alarm_rule' is not null then
      perform core.put_alert(jsonb_build_object(
        'clinic_id', clinic, 'alert_id', gen_random_uuid(), 'session_id', known.session_id, 'kind', 'emergency',
        'reason', p->>'alarm_rule', 'dedupe_key', 'emergency:' || known.message_id || ':edited',
        'now', p->>'now', 'trace_id', p->>'trace_id', 'trace', p->'trace'));
    end if;
  end if;
  if known.direction = 'in' then
    perform core.answer_anew(clinic, known.session_id, p->'trace');
  end if;
  return jsonb_build_object('outcome', 'changed', 'session_id', known.session_id, 'message_id', known.message_id);
end
$$;

-- Alerts to pass on: nobody who was told has answered, or telling the first has failed.
create or replace function core.list_unacknowledged_alerts(told_before timestamptz, most int)
  returns table (clinic_id uuid, alert_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$
  select a.clinic_id, a.alert_id from core.staff_alerts a
  where a.status = 'open' and coalesce(a.told_at, a.created_at) < told_before
    and (a.told > 0 or exists (select 1 from core.staff_contacts s where s.clinic_id = a.clinic_id))
  order by coalesce(a.told_at, a.created_at) limit most
$$;
create policy overview on core.staff_contacts for select to frontdesk_overview using (true);
grant select on core.staff_contacts to frontdesk_overview;
