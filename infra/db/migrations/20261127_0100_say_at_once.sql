-- A terminal has no gateway: what it was promised is said with the commit, and there is nothing to send.
create or replace function core.keep_promise(p jsonb) returns boolean
  language plpgsql
as $$
declare
  is_said boolean := coalesce((p->>'is_said')::boolean, false);
begin
  insert into core.outbox (clinic_id, outbox_id, session_id, instance_id, message_id, reply_to, text, kind, language,
      status, sent_at, dedupe_key, session_before, turn_id, trace_id, created_at)
    values ((p->>'clinic_id')::uuid, (p->>'outbox_id')::uuid, (p->>'session_id')::uuid, (p->>'instance_id')::uuid,
      (p->>'message_id')::uuid, p->>'reply_to', p->>'text', p->>'kind', p->>'language',
      case when is_said then 'sent' else 'pending' end, case when is_said then (p->>'now')::timestamptz end,
      p->>'dedupe_key', case when not is_said then nullif(p->'session_before', 'null') end,
      (p->>'turn_id')::uuid, p->>'trace_id', (p->>'now')::timestamptz)
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

create or replace function core.put_outbox(p jsonb) returns void
  language plpgsql
as $$
begin
  if core.keep_promise(p) and not coalesce((p->>'is_said')::boolean, false) then
    perform core.defer_job(core.queue_of_send(p), 'deliver_message', core.lock_of_send(p),
      jsonb_build_object('clinic_id', p->>'clinic_id', 'outbox_id', p->>'outbox_id') || coalesce(p->'trace', '{}'));
  end if;
end
$$;
