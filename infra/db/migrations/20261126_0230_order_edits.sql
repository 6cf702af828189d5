-- Edits count in the order in which they were made, and a message whose turn has written a visit keeps its words: the
-- edit comes after it, as a message of its own.

create or replace function core.change_message(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  instance uuid := (p->>'instance_id')::uuid;
  known core.whatsapp_conversations;
  own_time timestamptz := (p->>'changed_at')::timestamptz;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  -- The session before its message, as every turn locks them.
  perform 1 from core.conversation_sessions s
    where s.clinic_id = clinic and s.id = (select m.session_id from core.whatsapp_conversations m
      where m.instance_id = instance and m.provider_id = p->>'provider_id')
    for update;
  select * into known from core.whatsapp_conversations
    where instance_id = instance and provider_id = p->>'provider_id' for update;
  if known.message_id is null then
    insert into core.early_changes (clinic_id, instance_id, provider_id, change, text, changed_at)
      values (clinic, instance, p->>'provider_id', p->>'change', p->>'text', coalesce(own_time, (p->>'now')::timestamptz))
      on conflict (clinic_id, instance_id, provider_id, change) do update
        set text = excluded.text, changed_at = excluded.changed_at where excluded.changed_at >= core.early_changes.changed_at;
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
    if known.revoked_at is not null or known.text is not distinct from p->>'text' or own_time < known.edited_at then
      return jsonb_build_object('outcome', 'duplicate');
    end if;
    if exists (select 1 from core.conversation_sessions
        where clinic_id = clinic and id = known.session_id and known.message_id = any(pinned_messages)) then
      insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, provider_id,
          kind, text, sent_at, received_at, status, is_emergency, trace_id)
        values (clinic, uuidv7(), known.session_id, instance, 'in', known.author,
          known.provider_id || ':edited:' || md5(p->>'text'), 'text', p->>'text', (p->>'now')::timestamptz, (p->>'now')::timestamptz,
          'new', p->>'alarm_rule' is not null, p->>'trace_id')
        on conflict do nothing;
    else
      update core.whatsapp_conversations set text = p->>'text', edited_at = coalesce(own_time, edited_at, sent_at)
        where clinic_id = clinic and message_id = known.message_id;
    end if;
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

create or replace function core.answer_anew(clinic uuid, session uuid, trace jsonb) returns void
  language plpgsql
as $$
begin
  perform core.take_back_unsent(clinic, session, 'the message was changed');
  -- A turn that is being thought must not commit on the old text.
  -- One that has written a visit keeps its words and goes on.
  update core.conversation_sessions set turn_version = turn_version + 1
    where clinic_id = clinic and id = session and pinned_messages is null;
  if exists (select 1 from core.whatsapp_conversations where clinic_id = clinic and session_id = session and status = 'new') then
    perform core.defer_job('turns', 'answer_message', 'conv:' || session,
      jsonb_build_object('clinic_id', clinic, 'session_id', session) || coalesce(trace, '{}'));
  end if;
end
$$;
