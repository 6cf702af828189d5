-- Conversations: sessions, every message in and out, what is to be sent, and what staff must know.
create table core.conversation_sessions (
  clinic_id uuid not null references core.clinics,
  id uuid not null,
  instance_id uuid not null,
  contact_id uuid not null,
  patient_id uuid not null,
  -- Where to answer: phone digits if known, else the full LID.
  reply_to text not null,
  state text not null default 'idle',
  -- Task in hand, tasks put aside, language, notes: see conversation/session_json.py.
  context jsonb not null default '{}',
  -- The fence: a turn commits only if nobody committed since it was loaded.
  turn_version bigint not null default 0,
  -- The burst a turn has begun to act on (it has booked): a retry answers exactly these.
  pinned_messages uuid[],
  -- Staff hold the chat until then; null: nobody does.
  staff_until timestamptz,
  last_patient_at timestamptz,
  last_answer_at timestamptz,
  introduced_at timestamptz,
  held_notice_at timestamptz,
  created_at timestamptz not null,
  primary key (clinic_id, id),
  unique (clinic_id, instance_id, contact_id),
  foreign key (clinic_id, instance_id) references healthcare.whatsapp_instances (clinic_id, instance_id),
  foreign key (clinic_id, contact_id) references core.contacts,
  foreign key (clinic_id, patient_id) references healthcare.patients
);

-- One row per message in and out; incoming rows are the inbox.
create table core.whatsapp_conversations (
  clinic_id uuid not null,
  message_id uuid not null,
  -- Order of arrival.
  seq bigint generated always as identity,
  session_id uuid not null,
  instance_id uuid not null,
  direction text not null check (direction in ('in', 'out')),
  author text not null check (author in ('patient', 'assistant', 'staff')),
  -- The gateway's key.id; null until a sent message is acknowledged.
  provider_id text,
  kind text not null default 'text',
  text text not null default '',
  choice_id text,
  quoted_id text,
  quoted_text text,
  -- Small facts of attachments: file name, type, seconds, coordinates.
  attachment jsonb,
  -- sha256 over sender and text: the same id with another fingerprint is quarantined.
  fingerprint bytea,
  sent_at timestamptz not null,
  received_at timestamptz not null,
  -- Inbox: new → answered, or recorded (kept, never to be answered), or dead (failed too often).
  status text not null check (status in ('new', 'answered', 'recorded', 'dead', 'out')),
  is_stale boolean not null default false,
  is_emergency boolean not null default false,
  was_truncated boolean not null default false,
  attempts int not null default 0,
  edited_at timestamptz,
  revoked_at timestamptz,
  turn_id uuid,
  trace_id text,
  -- Delivery of our messages, only ever forward: 0 pending, 1 server, 2 delivered, 3 read, 4 played; -1 error.
  delivery smallint,
  primary key (clinic_id, message_id),
  foreign key (clinic_id, session_id) references core.conversation_sessions (clinic_id, id),
  foreign key (clinic_id, instance_id) references healthcare.whatsapp_instances (clinic_id, instance_id)
);
-- Unique for ever: ids are chosen by the sender's client and seen by both instances of one chat.
create unique index whatsapp_conversations_provider on core.whatsapp_conversations (instance_id, provider_id)
  where provider_id is not null;
create index whatsapp_conversations_session on core.whatsapp_conversations (clinic_id, session_id, seq);
create index whatsapp_conversations_waiting on core.whatsapp_conversations (clinic_id, session_id, seq) where status = 'new';
create index whatsapp_conversations_unanswered on core.whatsapp_conversations (received_at) where status = 'new';
create index whatsapp_conversations_trace on core.whatsapp_conversations (trace_id) where trace_id is not null;

-- An edit or a revoke may come before its message.
create table core.early_changes (
  clinic_id uuid not null references core.clinics,
  instance_id uuid not null,
  provider_id text not null,
  change text not null check (change in ('edit', 'revoke')),
  text text,
  changed_at timestamptz not null,
  primary key (clinic_id, instance_id, provider_id, change)
);

create table core.outbox (
  clinic_id uuid not null,
  outbox_id uuid not null,
  seq bigint generated always as identity,
  -- Null for messages to staff, who have no session.
  session_id uuid,
  instance_id uuid not null,
  -- The row of core.whatsapp_conversations that shows it; null for messages to staff.
  message_id uuid,
  reply_to text not null,
  text text not null,
  -- reply, emergency, holding, follow_up, staff_alert, apology
  kind text not null,
  language text,
  status text not null default 'pending' check (status in ('pending', 'sending', 'sent', 'failed', 'superseded')),
  attempts int not null default 0,
  -- Sent again although the first try may have arrived: the gateway could not say.
  maybe_duplicate boolean not null default false,
  -- A second enqueue of the same promise inserts nothing.
  dedupe_key text,
  provider_id text,
  reason text,
  -- The session before the turn, kept while the answer may still be taken back: a newer message, an edit or a
  -- revoke then answers anew. Null where the turn has written something (a booking): that is never taken back.
  session_before jsonb,
  turn_id uuid,
  trace_id text,
  created_at timestamptz not null,
  claimed_at timestamptz,
  sent_at timestamptz,
  primary key (clinic_id, outbox_id),
  unique (clinic_id, dedupe_key),
  foreign key (clinic_id, session_id) references core.conversation_sessions (clinic_id, id),
  foreign key (clinic_id, instance_id) references healthcare.whatsapp_instances (clinic_id, instance_id)
);
create index outbox_session on core.outbox (clinic_id, session_id, seq);
create index outbox_waiting on core.outbox (created_at) where status in ('pending', 'sending');
create index outbox_provider on core.outbox (instance_id, provider_id) where provider_id is not null;
create index outbox_trace on core.outbox (trace_id) where trace_id is not null;

-- What the engine thought of a turn: for the trace, the simulator's panel and people who mend the rules.
create table core.turns (
  clinic_id uuid not null,
  turn_id uuid not null,
  session_id uuid not null,
  answered_at timestamptz not null,
  intent text not null,
  state text not null,
  decision jsonb not null,
  timings jsonb not null,
  trace_id text,
  primary key (clinic_id, turn_id),
  foreign key (clinic_id, session_id) references core.conversation_sessions (clinic_id, id)
);
create index turns_session on core.turns (clinic_id, session_id, answered_at);
create index turns_trace on core.turns (trace_id) where trace_id is not null;

create table core.follow_ups (
  clinic_id uuid not null,
  follow_up_id uuid not null,
  session_id uuid not null,
  urgency text not null check (urgency in ('urgent', 'high', 'medium', 'low')),
  reason text not null,
  due_at timestamptz not null,
  status text not null default 'pending' check (status in ('pending', 'queued', 'done', 'dropped')),
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (clinic_id, follow_up_id),
  foreign key (clinic_id, session_id) references core.conversation_sessions (clinic_id, id)
);
create index follow_ups_due on core.follow_ups (due_at) where status = 'pending';
create index follow_ups_session on core.follow_ups (clinic_id, session_id) where status = 'pending';

create table core.staff_alerts (
  clinic_id uuid not null references core.clinics,
  alert_id uuid not null,
  session_id uuid,
  kind text not null,
  reason text not null,
  status text not null default 'open' check (status in ('open', 'acknowledged', 'exhausted')),
  -- How many contacts have been told so far, in the order of staff_contacts.position.
  told int not null default 0,
  told_at timestamptz,
  dedupe_key text,
  trace_id text,
  created_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  primary key (clinic_id, alert_id),
  unique (clinic_id, dedupe_key)
);
create index staff_alerts_open on core.staff_alerts (told_at) where status = 'open';

create table core.consents (
  clinic_id uuid not null,
  consent_id uuid not null,
  patient_id uuid not null,
  kind text not null,
  text_version text not null,
  language text not null,
  channel text not null,
  given_at timestamptz not null,
  withdrawn_at timestamptz,
  primary key (clinic_id, consent_id),
  foreign key (clinic_id, patient_id) references healthcare.patients on delete cascade
);

create table core.audit (
  clinic_id uuid not null references core.clinics,
  audit_id bigint generated always as identity,
  happened_at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  details jsonb not null default '{}',
  primary key (clinic_id, audit_id)
);

-- Webhooks we could not place: an unknown instance, or another body under a known id. Kept raw, replayable.
create table core.quarantine (
  quarantine_id uuid primary key,
  instance_name text not null,
  reason text not null,
  body bytea not null,
  received_at timestamptz not null,
  trace_id text,
  replayed_at timestamptz
);
create index quarantine_waiting on core.quarantine (instance_name) where replayed_at is null;
