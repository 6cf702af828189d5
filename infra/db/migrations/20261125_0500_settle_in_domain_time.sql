-- An answer that has not left yet is taken back: its messages wait again, the session is as before it.
-- True if there was one. Answers whose turn has written something stay.
create or replace function core.take_back_unsent(clinic uuid, session uuid, why text) returns boolean
  language plpgsql
as $$
declare
  answer core.outbox;
begin
  select * into answer from core.outbox
    where clinic_id = clinic and session_id = session and status = 'pending' and session_before is not null
      and seq = (select max(seq) from core.outbox where clinic_id = clinic and session_id = session)
    for update skip locked;
  if answer.outbox_id is null then
    return false;
  end if;
  update core.outbox set status = 'superseded', reason = why where clinic_id = clinic and outbox_id = answer.outbox_id;
  delete from core.whatsapp_conversations where clinic_id = clinic and message_id = answer.message_id;
  update core.whatsapp_conversations set status = 'new', turn_id = null
    where clinic_id = clinic and session_id = session and turn_id = answer.turn_id and status = 'answered'
      and revoked_at is null;
  update core.conversation_sessions
    set context = answer.session_before->'context', state = answer.session_before->>'state',
        introduced_at = (answer.session_before->>'introduced_at')::timestamptz,
        turn_version = turn_version + 1
    where clinic_id = clinic and id = session;
  -- Settled when the message came that took it back: domain time, not the server's clock.
  update core.follow_ups set status = 'dropped', settled_at = (
      select max(m.received_at) from core.whatsapp_conversations m where m.clinic_id = clinic and m.session_id = session)
    where clinic_id = clinic and session_id = session and status = 'pending' and created_at = answer.created_at;
  return true;
end
$$;
