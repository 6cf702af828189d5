-- Edits, revokes, receipts and echoes act on stored messages, in any order with them.

-- Changing a message that waits, or whose answer has not left, means answering anew.
create or replace function core.answer_anew(clinic uuid, session uuid, trace jsonb) returns void
  language plpgsql
as $$
begin
  perform core.take_back_unsent(clinic, session, 'the message was changed');
  -- A turn that is being thought must not commit on the old text.
  update core.conversation_sessions set turn_version = turn_version + 1 where clinic_id = clinic and id = session;
  if exists (select 1 from core.whatsapp_conversations where clinic_id = clinic and session_id = session and status = 'new') then
    perform core.defer_job('turns', 'answer_message', 'conv:' || session,
      jsonb_build_object('clinic_id', clinic, 'session_id', session) || coalesce(trace, '{}'));
  end if;
end
$$;

-- {"change": "edit" | "revoke", "provider_id", "text", "fingerprint", "now"}
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
  else
    if known.revoked_at is not null or known.text is not distinct from p->>'text' then
      return jsonb_build_object('outcome', 'duplicate');
    end if;
    update core.whatsapp_conversations set text = p->>'text', edited_at = (p->>'now')::timestamptz
      where clinic_id = clinic and message_id = known.message_id;
  end if;
  if known.direction = 'in' then
    perform core.answer_anew(clinic, known.session_id, p->'trace');
  end if;
  return jsonb_build_object('outcome', 'changed', 'session_id', known.session_id, 'message_id', known.message_id);
end
$$;

-- Delivery states only move forward; -1 is an error and counts only while nothing better is known.
create or replace function core.apply_delivery(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  touched int;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  update core.whatsapp_conversations set delivery = (p->>'delivery')::smallint
    where instance_id = (p->>'instance_id')::uuid and provider_id = p->>'provider_id' and direction = 'out'
      and ((p->>'delivery')::smallint > coalesce(delivery, 0)
        or (delivery is null) or ((p->>'delivery')::smallint = -1 and delivery = 0));
  get diagnostics touched = row_count;
  return jsonb_build_object('outcome', case when touched > 0 then 'changed' else 'ignored' end);
end
$$;

-- The gateway tells of a send through its API. It may arrive before our own record of it, or after we died.
create or replace function core.apply_echo(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  instance uuid := (p->>'instance_id')::uuid;
  promised core.outbox;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  if exists (select 1 from core.outbox where instance_id = instance and provider_id = p->>'provider_id')
     or exists (select 1 from core.whatsapp_conversations where instance_id = instance and provider_id = p->>'provider_id') then
    return jsonb_build_object('outcome', 'duplicate');
  end if;
  select * into promised from core.outbox
    where clinic_id = clinic and instance_id = instance and status = 'sending' and text = p->>'text'
      and reply_to in (p->>'phone', p->>'lid')
    order by seq limit 1 for update skip locked;
  if promised.outbox_id is not null then
    perform core.mark_outbox(jsonb_build_object('clinic_id', clinic, 'outbox_id', promised.outbox_id, 'status', 'sent',
      'provider_id', p->>'provider_id', 'reason', 'echo', 'maybe_duplicate', false, 'now', p->>'now'));
    return jsonb_build_object('outcome', 'matched', 'outbox_id', promised.outbox_id);
  end if;
  -- Sent through the API by somebody else (a broadcast tool, an earlier life): part of the conversation all the same.
  insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, provider_id,
      kind, text, sent_at, received_at, status, delivery, trace_id)
    values (clinic, (p->>'message_id')::uuid, core.find_or_make_session(p), instance, 'out', 'assistant', p->>'provider_id',
      p->>'kind', p->>'text', (p->>'sent_at')::timestamptz, (p->>'now')::timestamptz, 'recorded', 0, p->>'trace_id')
    on conflict do nothing;
  return jsonb_build_object('outcome', 'recorded');
end
$$;

create or replace function core.change_connection(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  before text;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  select connection_state into before from healthcare.whatsapp_instances
    where clinic_id = (p->>'clinic_id')::uuid and instance_id = (p->>'instance_id')::uuid for update;
  if before is distinct from p->>'state' then
    update healthcare.whatsapp_instances
      set connection_state = p->>'state', connection_changed_at = (p->>'now')::timestamptz,
          removed_at = case when p->>'state' = 'removed' then (p->>'now')::timestamptz else null end
      where clinic_id = (p->>'clinic_id')::uuid and instance_id = (p->>'instance_id')::uuid;
    if p->'alert' <> 'null' then
      perform core.put_alert(p->'alert');
    end if;
  end if;
  return jsonb_build_object('before', before);
end
$$;

-- Messages that failed too often are parked so that they cannot fail every later turn of the chat.
create or replace function core.park_messages(p jsonb) returns void
  language plpgsql
as $$
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  update core.whatsapp_conversations set status = 'dead'
    where clinic_id = (p->>'clinic_id')::uuid and session_id = (p->>'session_id')::uuid and status = 'new'
      and message_id in (select value::uuid from jsonb_array_elements_text(p->'message_ids'));
  update core.conversation_sessions set pinned_messages = null, turn_version = turn_version + 1, state = 'escalated'
    where clinic_id = (p->>'clinic_id')::uuid and id = (p->>'session_id')::uuid;
  if p->'reply' <> 'null' then
    perform core.put_outbox(p->'reply');
  end if;
  perform core.put_alert(p->'alert');
end
$$;
