-- A patient is remembered only while a consent stands: given in words, taken back in words, both kept.
create index consents_standing on core.consents (clinic_id, patient_id, kind) where withdrawn_at is null;

create function core.note_consent(clinic uuid, patient uuid, moment timestamptz, p jsonb) returns void
  language plpgsql
as $$
begin
  if p is null then
    return;
  end if;
  if (p->>'is_given')::boolean then
    insert into core.consents (clinic_id, consent_id, patient_id, kind, text_version, language, channel, given_at)
      select clinic, (p->>'consent_id')::uuid, patient, 'memory', p->>'text_version', p->>'language', 'whatsapp', moment
      where not exists (select 1 from core.consents c
        where c.clinic_id = clinic and c.patient_id = patient and c.kind = 'memory' and c.withdrawn_at is null);
  else
    update core.consents set withdrawn_at = moment
      where clinic_id = clinic and patient_id = patient and kind = 'memory' and withdrawn_at is null;
  end if;
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
    'patient', (select jsonb_build_object('patient_id', t.patient_id, 'name', t.name, 'language', t.language,
                  'remembers', exists (select 1 from core.consents c where c.clinic_id = clinic
                    and c.patient_id = t.patient_id and c.kind = 'memory' and c.withdrawn_at is null))
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
  if p->'memory_consent' is distinct from 'null' then
    perform core.note_consent(clinic, (p->>'patient_id')::uuid, moment, p->'memory_consent');
  end if;
  return jsonb_build_object('committed', true, 'send_job', send_job, 'more', exists (
    select 1 from core.whatsapp_conversations where clinic_id = clinic and session_id = session and status = 'new'));
end
$$;
