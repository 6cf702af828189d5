-- A message in doubt (it may have reached the gateway) cannot be taken back. Staff or an emergency make it unwanted:
-- once the gateway has said what arrived, it is not sent any more.
alter table core.outbox add column unwanted text;

-- What staff or an emergency make pointless. The news of a visit that was written is true all the same and goes out.
create function core.drop_unsent(clinic uuid, session uuid, why text) returns void
  language sql
as $$
  update core.outbox
    set status = case status when 'pending' then 'superseded' else status end,
        reason = case status when 'pending' then why else reason end,
        unwanted = case status when 'sending' then why end
    where clinic_id = clinic and session_id = session and status in ('pending', 'sending')
      and (kind in ('holding', 'follow_up') or (kind = 'reply' and session_before is not null))
$$;

-- Alarms have a queue of their own: neither a thousand replies nor a hanging gateway stand before them.
create function core.queue_of_send(p jsonb) returns text
  language sql immutable
as $$
  select case when p->>'kind' in ('emergency', 'staff_alert') then 'urgent' else 'send' end
$$;

create or replace function core.put_outbox(p jsonb) returns void
  language plpgsql
as $$
begin
  if core.keep_promise(p) then
    perform core.defer_job(core.queue_of_send(p), 'deliver_message', core.lock_of_send(p),
      jsonb_build_object('clinic_id', p->>'clinic_id', 'outbox_id', p->>'outbox_id') || coalesce(p->'trace', '{}'));
  end if;
end
$$;

create or replace function core.put_outbox_in_hand(p jsonb, worker bigint) returns bigint
  language plpgsql
as $$
declare
  wanted text := core.lock_of_send(p);
  job bigint;
begin
  if core.queue_of_send(p) <> 'send'
     or exists (select 1 from public.procrastinate_jobs where lock = wanted and status in ('todo', 'doing'))
     or not exists (select 1 from public.procrastinate_workers where id = worker) then
    perform core.put_outbox(p);
    return null;
  end if;
  if core.keep_promise(p) then
    insert into public.procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
      values ('send', 'deliver_message', wanted,
        jsonb_build_object('clinic_id', p->>'clinic_id', 'outbox_id', p->>'outbox_id') || coalesce(p->'trace', '{}'),
        'doing', worker)
      returning id into job;
  end if;
  return job;
end
$$;

create or replace function core.put_alert(p jsonb) returns void
  language plpgsql
as $$
begin
  insert into core.staff_alerts (clinic_id, alert_id, session_id, kind, reason, dedupe_key, trace_id, created_at)
    values ((p->>'clinic_id')::uuid, (p->>'alert_id')::uuid, (p->>'session_id')::uuid, p->>'kind', p->>'reason',
      p->>'dedupe_key', p->>'trace_id', (p->>'now')::timestamptz)
    on conflict do nothing;
  if found then
    perform core.defer_job('urgent', 'tell_staff', 'alert:' || (p->>'alert_id'),
      jsonb_build_object('clinic_id', p->>'clinic_id', 'alert_id', p->>'alert_id') || coalesce(p->'trace', '{}'));
  end if;
end
$$;

create or replace function core.claim_outbox(p jsonb) returns jsonb
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  row_before core.outbox;
  instance healthcare.whatsapp_instances;
  person core.contacts;
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  select * into row_before from core.outbox
    where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid for update;
  if row_before.outbox_id is null or row_before.status not in ('pending', 'sending') then
    return null;
  end if;
  select * into instance from healthcare.whatsapp_instances
    where clinic_id = clinic and instance_id = row_before.instance_id;
  -- What was sent is looked up under either address.
  if row_before.status = 'sending' then
    select c.* into person from core.conversation_sessions s
      join core.contacts c on c.clinic_id = s.clinic_id and c.contact_id = s.contact_id
      where s.clinic_id = clinic and s.id = row_before.session_id;
  end if;
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
    'was_sending', row_before.status = 'sending', 'unwanted', row_before.unwanted, 'phone', person.phone, 'lid', person.lid,
    'claim', row_before.attempts + 1, 'claimed_at', row_before.claimed_at, 'created_at', row_before.created_at,
    'trace_id', row_before.trace_id, 'language', row_before.language,
    'instance_name', instance.instance_name, 'api_version', instance.api_version,
    'instance_id', instance.instance_id, 'removed', instance.removed_at is not null);
end
$$;

-- Whether a claim still holds: nobody else took the message over, and it is still wanted.
create function core.still_holds(p jsonb) returns boolean
  language plpgsql
as $$
begin
  perform set_config('app.clinic_id', p->>'clinic_id', true);
  return exists (select 1 from core.outbox
    where clinic_id = (p->>'clinic_id')::uuid and outbox_id = (p->>'outbox_id')::uuid
      and status = 'sending' and attempts = (p->>'claim')::int and unwanted is null);
end
$$;

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
    set status = case when p->>'status' = 'pending' and unwanted is not null then 'superseded' else p->>'status' end,
        provider_id = coalesce(p->>'provider_id', provider_id), reason = case when p->>'status' = 'pending' then coalesce(unwanted, p->>'reason') else p->>'reason' end,
        maybe_duplicate = maybe_duplicate or (p->>'maybe_duplicate')::boolean,
        sent_at = case when p->>'status' = 'sent' then (p->>'now')::timestamptz end,
        -- Without an id no receipt can be known for its own.
        receipt_due_at = case when p->>'status' = 'sent' and p->>'provider_id' is not null then receipt_due_at end,
        session_before = case when p->>'status' = 'pending' then session_before end
    where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid and status <> 'sent'
      -- Whoever lost the claim has no say, unless the message went out.
      and (p->>'status' = 'sent' or coalesce((p->>'claim')::int, attempts) = attempts)
    returning message_id into message;
  if message is null and p->>'status' = 'sent' then
    -- Sent already, by somebody who was thought dead: two of them are out, and both are ours.
    update core.outbox set maybe_duplicate = true
      where clinic_id = clinic and outbox_id = (p->>'outbox_id')::uuid and status = 'sent' and provider_id <> p->>'provider_id'
      returning message_id into message;
  end if;
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
  perform core.drop_unsent(clinic, session, 'emergency');
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
      perform core.drop_unsent(clinic, session, 'staff answered');
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

  if p->'stale_alert' <> 'null' then
    perform core.put_alert((p->'stale_alert') || jsonb_build_object('session_id', session));
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
