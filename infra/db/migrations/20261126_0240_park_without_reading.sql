-- What failed too often is set aside by the chat's id alone: also what cannot be read.
create or replace function core.park_messages(p jsonb) returns void
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  session core.conversation_sessions;
  first_message uuid;
  spoken text;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  update core.conversation_sessions set turn_version = turn_version + 1, state = 'escalated'
    where clinic_id = clinic and id = (p->>'session_id')::uuid
    returning * into session;
  select message_id into first_message from core.whatsapp_conversations
    where clinic_id = clinic and session_id = session.id and status = 'new'
      and (session.pinned_messages is null or message_id = any(session.pinned_messages))
    order by seq limit 1;
  if first_message is null then
    return;
  end if;
  update core.whatsapp_conversations set status = 'dead'
    where clinic_id = clinic and session_id = session.id and status = 'new'
      and (session.pinned_messages is null or message_id = any(session.pinned_messages));
  perform core.free_pin(clinic, session.id, p);
  select coalesce(session.context->>'requested_language', session.context->>'language',
      (select t.language from healthcare.patients t where t.clinic_id = clinic and t.patient_id = session.patient_id),
      c.default_language)
    into spoken from core.clinics c where c.clinic_id = clinic;
  perform core.put_outbox(jsonb_build_object(
    'clinic_id', clinic, 'outbox_id', p->>'outbox_id', 'message_id', p->>'message_id', 'session_id', session.id,
    'instance_id', session.instance_id, 'reply_to', session.reply_to,
    'text', coalesce(p->'apologies'->>spoken, p->'apologies'->>'en'), 'kind', 'apology', 'language', spoken,
    'dedupe_key', 'apology:' || first_message, 'session_before', null, 'turn_id', null,
    'now', p->>'now', 'trace_id', p->>'trace_id', 'trace', p->'trace'));
  perform core.put_alert(jsonb_build_object(
    'clinic_id', clinic, 'alert_id', p->>'alert_id', 'session_id', session.id, 'kind', 'dead_letter',
    'reason', 'failed too often', 'dedupe_key', 'dead:' || first_message, 'now', p->>'now',
    'trace_id', p->>'trace_id', 'trace', p->'trace'));
end
$$;
