-- Two chats of one person (a phone's and a LID's) become one: who holds it, what is half done and the visits go along.
create function core.join_sessions(p jsonb, kept uuid, gone uuid) returns void
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  old core.conversation_sessions;
  new core.conversation_sessions;
begin
  perform 1 from core.conversation_sessions where clinic_id = clinic and id in (kept, gone) order by id for update;
  select * into old from core.conversation_sessions where clinic_id = clinic and id = gone;
  select * into new from core.conversation_sessions where clinic_id = clinic and id = kept;
  -- A turn that has written a visit cannot be run again elsewhere: staff tell the patient.
  update core.whatsapp_conversations set status = 'recorded'
    where clinic_id = clinic and message_id = any(old.pinned_messages) and status = 'new';
  perform core.free_pin(clinic, gone, p);
  update core.conversation_sessions set turn_version = turn_version + 1 where clinic_id = clinic and id = gone;
  update core.conversation_sessions
    set staff_until = greatest(staff_until, old.staff_until),
        state = case when 'escalated' in (state, old.state) then 'escalated'
                     when new.pinned_messages is null and old.last_patient_at > coalesce(new.last_patient_at, '-infinity') then old.state
                     else state end,
        context = case when new.pinned_messages is null and old.last_patient_at > coalesce(new.last_patient_at, '-infinity')
                       then old.context else context end,
        -- What is thought of the one chat alone must not be said, unless it has written.
        turn_version = turn_version + case when new.pinned_messages is null then 1 else 0 end,
        last_patient_at = greatest(last_patient_at, old.last_patient_at),
        last_answer_at = greatest(last_answer_at, old.last_answer_at),
        introduced_at = coalesce(introduced_at, old.introduced_at),
        held_notice_at = greatest(held_notice_at, old.held_notice_at)
    where clinic_id = clinic and id = kept;
  update core.whatsapp_conversations set session_id = kept where clinic_id = clinic and session_id = gone;
  update core.outbox set session_id = kept where clinic_id = clinic and session_id = gone;
  update core.turns set session_id = kept where clinic_id = clinic and session_id = gone;
  update core.follow_ups set session_id = kept where clinic_id = clinic and session_id = gone;
  update core.staff_alerts set session_id = kept where clinic_id = clinic and session_id = gone;
  if new.patient_id <> old.patient_id then
    update healthcare.appointments set patient_id = new.patient_id where clinic_id = clinic and patient_id = old.patient_id;
    update core.consents set patient_id = new.patient_id where clinic_id = clinic and patient_id = old.patient_id;
    update healthcare.patients n set name = coalesce(n.name, o.name), language = coalesce(n.language, o.language)
      from healthcare.patients o
      where n.clinic_id = clinic and n.patient_id = new.patient_id and o.clinic_id = clinic and o.patient_id = old.patient_id;
    delete from healthcare.patient_contacts where clinic_id = clinic and patient_id = old.patient_id;
  end if;
  if exists (select 1 from core.whatsapp_conversations where clinic_id = clinic and session_id = kept and status = 'new') then
    perform core.defer_job('turns', 'answer_message', 'conv:' || kept,
      jsonb_build_object('clinic_id', clinic, 'session_id', kept) || coalesce(p->'trace', '{}'));
  end if;
end
$$;

create function core.join_contacts(p jsonb, kept uuid, gone uuid) returns void
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  old_session record;
  kept_session uuid;
begin
  update core.contacts set lid = null, phone = coalesce(phone, 'merged:' || gone::text)
    where clinic_id = clinic and contact_id = gone;
  for old_session in
      select id, instance_id from core.conversation_sessions where clinic_id = clinic and contact_id = gone loop
    select id into kept_session from core.conversation_sessions
      where clinic_id = clinic and instance_id = old_session.instance_id and contact_id = kept;
    if kept_session is null then
      update core.conversation_sessions
        set contact_id = kept,
            reply_to = coalesce((select phone from core.contacts where clinic_id = clinic and contact_id = kept), reply_to)
        where clinic_id = clinic and id = old_session.id;
    else
      perform core.join_sessions(p, kept_session, old_session.id);
    end if;
  end loop;
  update healthcare.patient_contacts set contact_id = kept
    where clinic_id = clinic and contact_id = gone
      and patient_id not in (select patient_id from healthcare.patient_contacts where clinic_id = clinic and contact_id = kept);
end
$$;

create or replace function core.find_or_make_contact(p jsonb) returns uuid
  language plpgsql
as $$
declare
  clinic uuid := (p->>'clinic_id')::uuid;
  by_phone core.contacts;
  by_lid core.contacts;
  made uuid := coalesce((p->>'contact_id')::uuid, gen_random_uuid());
begin
  select * into by_phone from core.contacts where clinic_id = clinic and phone = p->>'phone';
  select * into by_lid from core.contacts where clinic_id = clinic and lid = p->>'lid';
  if by_phone.contact_id is not null and by_lid.contact_id is not null and by_phone.contact_id <> by_lid.contact_id then
    -- Two contacts turn out to be one person: the phone's lives on, the LID's chat joins it.
    perform core.join_contacts(p, by_phone.contact_id, by_lid.contact_id);
    update core.contacts set lid = p->>'lid' where clinic_id = clinic and contact_id = by_phone.contact_id;
    return by_phone.contact_id;
  end if;
  if by_phone.contact_id is not null then
    if by_phone.lid is null and p->>'lid' is not null then
      update core.contacts set lid = p->>'lid' where clinic_id = clinic and contact_id = by_phone.contact_id;
    end if;
    return by_phone.contact_id;
  end if;
  if by_lid.contact_id is not null then
    if p->>'phone' is not null then
      update core.contacts set phone = p->>'phone' where clinic_id = clinic and contact_id = by_lid.contact_id;
      update core.conversation_sessions set reply_to = p->>'phone'
        where clinic_id = clinic and contact_id = by_lid.contact_id;
    end if;
    return by_lid.contact_id;
  end if;
  insert into core.contacts (clinic_id, contact_id, phone, lid, push_name, created_at)
    values (clinic, made, p->>'phone', p->>'lid', p->>'push_name', (p->>'now')::timestamptz)
    on conflict do nothing;
  if found then
    return made;
  end if;
  -- Another webhook made it in the same instant.
  select * into by_phone from core.contacts
    where clinic_id = clinic and (phone = p->>'phone' or lid = p->>'lid') limit 1;
  return by_phone.contact_id;
end
$$;

-- Only the function above called it.
-- squawk-ignore ban-drop-function
drop function core.merge_contacts(uuid, uuid, uuid);
