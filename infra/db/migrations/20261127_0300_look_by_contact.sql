-- The look before the acceptance of a message does not depend on statistics any more; nothing else changes.
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
    -- Nearly every message: a phone and session we know, with no news about the LID. A subquery, not a join: before the
    -- first ANALYZE the planner would read all sessions of the instance to find the one of the contact.
    left join lateral (
      select (select s.id from core.conversation_sessions s
        where s.clinic_id = c.clinic_id and s.instance_id = instance and s.contact_id = c.contact_id) as id
      from core.contacts c
      where c.clinic_id = clinic and c.phone = p->>'phone' and (p->>'lid' is null or c.lid = p->>'lid')) s on true
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
      perform core.acknowledge_by_answer(clinic, session, (p->>'sent_at')::timestamptz);
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
