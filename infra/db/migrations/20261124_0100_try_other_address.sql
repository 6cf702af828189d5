-- A person has two addresses, a phone and a LID, and either may fail in silence. What one does not acknowledge goes to
-- the other, once (docs/adr/0007-two-addresses-of-one-person.md).

-- When the gateway last told what became of a message of ours. Where it never does, silence means nothing.
alter table healthcare.whatsapp_instances add column receipts_seen_at timestamptz;
-- The watchdog looks at it then; null: nothing is waited for.
alter table core.outbox add column receipt_due_at timestamptz;
-- The address it was meant for first, where it goes to the other one.
alter table core.outbox add column tried_reply_to text;
-- A second copy of a message, at the other address: its id and receipts, no words. Those of the message stay with it.
alter table core.whatsapp_conversations add column copy_of uuid;
-- Holds what is on its way, not what has arrived.
create index outbox_receipt_due on core.outbox (receipt_due_at) where receipt_due_at is not null;

-- A receipt may come before we have noted the id it speaks of. Kept for minutes; older ones were for others' messages.
create table core.early_receipts (
  clinic_id uuid not null references core.clinics,
  instance_id uuid not null,
  provider_id text not null,
  delivery smallint not null,
  told_at timestamptz not null,
  primary key (clinic_id, instance_id, provider_id)
);
alter table core.early_receipts enable row level security;
alter table core.early_receipts force row level security;
create policy own_clinic on core.early_receipts to frontdesk_app
  using (clinic_id = (select core.current_clinic())) with check (clinic_id = (select core.current_clinic()));
grant select, insert, update, delete on core.early_receipts to frontdesk_app;

-- As before, and the receipt is due from here on: the echo of a send may mark it before its sender does.
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
        claimed_at = case when status = 'sending' then claimed_at else (p->>'now')::timestamptz end,
        receipt_due_at = case when message_id is not null
          and instance.receipts_seen_at > (p->>'now')::timestamptz - interval '7 days'
          then (p->>'receipt_due_at')::timestamptz end
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

-- As before, and a second id for the same message is kept as a copy of it.
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
  update core.outbox
    set status = p->>'status', provider_id = coalesce(p->>'provider_id', provider_id), reason = p->>'reason',
        maybe_duplicate = maybe_duplicate or (p->>'maybe_duplicate')::boolean,
        sent_at = case when p->>'status' = 'sent' then (p->>'now')::timestamptz end,
        -- Without an id no receipt can be known for its own.
        receipt_due_at = case when p->>'status' = 'sent' and p->>'provider_id' is not null then receipt_due_at end,
        session_before = case when p->>'status' = 'pending' then session_before end
    where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid and status <> 'sent'
    returning message_id, instance_id into message, instance;
  if message is null or p->>'provider_id' is null then
    return;
  end if;
  -- A receipt for this id waits until it is noted, or is noted itself before.
  perform pg_advisory_xact_lock(hashtextextended(instance || (p->>'provider_id'), 0));
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

-- Send a message to the other address of the same person: once, and only while nobody tells that it has arrived.
-- {"outbox_id", "reason", "was_sent": the gateway had taken the first copy, "alert" for staff if there is no other
-- address left, "now", "trace"} → {"outcome": "readdressed" | "failed" | "arrived" | "settled"}.
create or replace function core.readdress_outbox(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  promised core.outbox;
  other text;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  select * into promised from core.outbox
    where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid for update;
  if promised.outbox_id is null or promised.status not in ('sending', 'sent') then
    return jsonb_build_object('outcome', 'settled');
  end if;
  if exists (select 1 from core.whatsapp_conversations
      where clinic_id = clinic and message_id = promised.message_id and delivery >= 1) then
    update core.outbox set receipt_due_at = null where clinic_id = clinic and outbox_id = promised.outbox_id;
    return jsonb_build_object('outcome', 'arrived');
  end if;
  if promised.tried_reply_to is null then
    select case when c.phone <> promised.reply_to and c.phone not like 'merged:%' then c.phone
                when c.lid <> promised.reply_to then c.lid end into other
      from core.conversation_sessions s join core.contacts c on c.clinic_id = s.clinic_id and c.contact_id = s.contact_id
      where s.clinic_id = clinic and s.id = promised.session_id;
  end if;
  if other is null then
    update core.outbox set status = 'failed', reason = p->>'reason', receipt_due_at = null, session_before = null
      where clinic_id = clinic and outbox_id = promised.outbox_id;
    if p->'alert' <> 'null' then
      perform core.put_alert(p->'alert');
    end if;
    return jsonb_build_object('outcome', 'failed');
  end if;
  update core.outbox
    set status = 'pending', reply_to = other, tried_reply_to = promised.reply_to, reason = p->>'reason', attempts = 0,
        maybe_duplicate = maybe_duplicate or (p->>'was_sent')::boolean, sent_at = null, receipt_due_at = null
    where clinic_id = clinic and outbox_id = promised.outbox_id;
  perform core.defer_job('send', 'deliver_message',
    case when promised.kind = 'reply' then 'send:' || promised.session_id else 'send-now:' || promised.outbox_id end,
    jsonb_build_object('clinic_id', clinic, 'outbox_id', promised.outbox_id) || coalesce(p->'trace', '{}'));
  return jsonb_build_object('outcome', 'readdressed');
end
$$;

-- Delivery states only move forward: pending, error, then what is better than an error. A refusal is looked into at
-- once; the first good news of a message ends the wait, and tells at which address the person is reached.
create or replace function core.apply_delivery(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  instance uuid := (p->>'instance_id')::uuid;
  moment timestamptz := (p->>'now')::timestamptz;
  step smallint := (p->>'delivery')::smallint;
  known core.whatsapp_conversations;
  promised core.outbox;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  select * into known from core.whatsapp_conversations
    where instance_id = instance and provider_id = p->>'provider_id' and direction = 'out' for update;
  if known.message_id is null then
    perform pg_advisory_xact_lock(hashtextextended(instance || (p->>'provider_id'), 0));
    select * into known from core.whatsapp_conversations
      where instance_id = instance and provider_id = p->>'provider_id' and direction = 'out' for update;
  end if;
  if known.message_id is null and step <> 0 then
    delete from core.early_receipts
      where clinic_id = clinic and instance_id = instance and told_at < moment - interval '10 minutes';
    insert into core.early_receipts (clinic_id, instance_id, provider_id, delivery, told_at)
      values (clinic, instance, p->>'provider_id', step, moment)
      on conflict (clinic_id, instance_id, provider_id)
        do update set delivery = greatest(core.early_receipts.delivery, excluded.delivery);
    return jsonb_build_object('outcome', 'early');
  end if;
  if known.message_id is null
     or not (known.delivery is null or (step > 0 and step > known.delivery) or (step = -1 and known.delivery = 0)) then
    return jsonb_build_object('outcome', 'ignored');
  end if;
  update core.whatsapp_conversations set delivery = step where clinic_id = clinic and message_id = known.message_id;
  if step > 0 and known.copy_of is not null then
    update core.whatsapp_conversations set delivery = step
      where clinic_id = clinic and message_id = known.copy_of and coalesce(delivery, 0) < step;
  end if;
  if step = 0 or known.delivery >= 1 then
    return jsonb_build_object('outcome', 'changed');
  end if;

  update healthcare.whatsapp_instances set receipts_seen_at = moment
    where clinic_id = clinic and instance_id = instance
      and (receipts_seen_at is null or receipts_seen_at < moment - interval '1 day');
  select * into promised from core.outbox where instance_id = instance and provider_id = p->>'provider_id' for update;
  if step = -1 then
    if promised.status = 'sent' then
      update core.outbox set receipt_due_at = null where clinic_id = clinic and outbox_id = promised.outbox_id;
      perform core.defer_job('send', 'check_receipt', 'receipt:' || promised.outbox_id,
        jsonb_build_object('clinic_id', clinic, 'outbox_id', promised.outbox_id) || coalesce(p->'trace', '{}'));
    end if;
    return jsonb_build_object('outcome', 'changed');
  end if;
  if promised.status = 'sent' and promised.tried_reply_to is not null then
    update core.conversation_sessions set reply_to = promised.reply_to
      where clinic_id = clinic and id = promised.session_id;
  end if;
  -- Late news of a message given up, or about to go to the other address: it has arrived after all.
  update core.outbox
    set receipt_due_at = null, status = case when status in ('failed', 'pending') then 'sent' else status end,
        sent_at = coalesce(sent_at, moment)
    where clinic_id = clinic and outbox_id = promised.outbox_id
      and (receipt_due_at is not null or status in ('failed', 'pending'));
  return jsonb_build_object('outcome', 'changed');
end
$$;

-- Sent, and nobody has told in time that it arrived.
create or replace function core.list_unacknowledged_outbox(moment timestamptz, most int)
  returns table (clinic_id uuid, outbox_id uuid)
  language sql stable security definer set search_path = pg_catalog
as $$
  select o.clinic_id, o.outbox_id from core.outbox o
  where o.receipt_due_at <= moment and o.status = 'sent' order by o.receipt_due_at limit most
$$;

grant create on schema core to frontdesk_overview;
alter function core.list_unacknowledged_outbox(timestamptz, int) owner to frontdesk_overview;
revoke create on schema core from frontdesk_overview;
revoke execute on function core.list_unacknowledged_outbox(timestamptz, int) from public;
grant execute on function core.list_unacknowledged_outbox(timestamptz, int) to frontdesk_app;
