-- The echo of a send and our own record of it meet in the same instant: whoever comes second waits for the first, so that
-- one message is one row. Before, the record failed on the echo's row and the send was looked up a second later.
create or replace function core.mark_outbox(p jsonb) returns void
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  message uuid;
  instance uuid;
  early smallint;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  if p->>'provider_id' is not null then
    -- The echo and the receipts of this id wait until it is noted, or are noted themselves before.
    select instance_id into instance from core.outbox where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid;
    perform pg_advisory_xact_lock(hashtextextended(instance || (p->>'provider_id'), 0));
  end if;
  update core.outbox
    set status = p->>'status', provider_id = coalesce(p->>'provider_id', provider_id), reason = p->>'reason',
        maybe_duplicate = maybe_duplicate or (p->>'maybe_duplicate')::boolean,
        sent_at = case when p->>'status' = 'sent' then (p->>'now')::timestamptz end,
        -- Without an id no receipt can be known for its own.
        receipt_due_at = case when p->>'status' = 'sent' and p->>'provider_id' is not null then receipt_due_at end,
        session_before = case when p->>'status' = 'pending' then session_before end
    where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid and status <> 'sent'
    returning message_id into message;
  if message is null or p->>'provider_id' is null then
    return;
  end if;
  update core.whatsapp_conversations set provider_id = p->>'provider_id', delivery = coalesce(delivery, 0)
    where clinic_id = clinic and message_id = message and provider_id is null
      and not exists (select 1 from core.whatsapp_conversations w
        where w.instance_id = core.whatsapp_conversations.instance_id and w.provider_id = p->>'provider_id');
  if not found then
    insert into core.whatsapp_conversations (clinic_id, message_id, session_id, instance_id, direction, author, provider_id,
        kind, sent_at, received_at, status, turn_id, trace_id, delivery, copy_of)
      select clinic, gen_random_uuid(), session_id, instance_id, 'out', author, p->>'provider_id',
        kind, (p->>'now')::timestamptz, (p->>'now')::timestamptz, 'out', turn_id, trace_id, 0, message
      from core.whatsapp_conversations where clinic_id = clinic and message_id = message and provider_id is not null
      on conflict do nothing;
  end if;
  delete from core.early_receipts
    where clinic_id = clinic and instance_id = instance and provider_id = p->>'provider_id' returning delivery into early;
  if early is not null then
    perform core.apply_delivery(jsonb_build_object('clinic_id', clinic, 'instance_id', instance,
      'provider_id', p->>'provider_id', 'delivery', early, 'now', p->>'now'));
  end if;
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
  perform pg_advisory_xact_lock(hashtextextended(instance || (p->>'provider_id'), 0));
  if exists (select 1 from core.outbox where instance_id = instance and provider_id = p->>'provider_id')
     or exists (select 1 from core.whatsapp_conversations where instance_id = instance and provider_id = p->>'provider_id') then
    return jsonb_build_object('outcome', 'duplicate');
  end if;
  select * into promised from core.outbox
    where clinic_id = clinic and instance_id = instance and status = 'sending' and text = p->>'text'
      and reply_to in (p->>'phone', p->>'lid')
    order by seq limit 1 for update;
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
