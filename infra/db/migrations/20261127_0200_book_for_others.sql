-- A visit is booked in a patient's chat, but not always for the one who writes.
alter table healthcare.appointments add column visitor text not null default 'writer';
alter table healthcare.appointments add constraint appointments_visitor check (visitor in ('writer', 'child', 'other_adult')) not valid;
alter table healthcare.appointments validate constraint appointments_visitor;

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
      from (select appointment_id, patient_id, doctor_id, service_id, starts_at, ends_at, status, version, visitor
            from healthcare.appointments
            where clinic_id = clinic and patient_id = session.patient_id and status in ('pending', 'booked', 'confirmed')
              and starts_at >= (p->>'now')::timestamptz) a), '[]'));
end
$$;
