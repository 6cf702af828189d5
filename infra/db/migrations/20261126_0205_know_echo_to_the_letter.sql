-- An echo is known by its words to the letter. The cleaned text lacks the marks of direction in Hebrew answers: such an
-- echo, if it came before our own record of the send, was kept as a second message of somebody else.
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
    where clinic_id = clinic and instance_id = instance and status = 'sending' and text = coalesce(p->>'text_as_sent', p->>'text')
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
