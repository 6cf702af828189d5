-- Patients, the phones and LIDs they write from, and their appointments.
create table healthcare.patients (
  clinic_id uuid not null references core.clinics,
  patient_id uuid not null,
  name text,
  language text,
  created_at timestamptz not null,
  primary key (clinic_id, patient_id)
);

-- An address that writes to us. The same person alternates between phone and LID; several patients may share one.
create table core.contacts (
  clinic_id uuid not null references core.clinics,
  contact_id uuid not null,
  -- Digits with country code, no plus sign.
  phone text,
  -- With its @lid: its digits are not a phone number.
  lid text,
  push_name text,
  created_at timestamptz not null,
  primary key (clinic_id, contact_id),
  unique (clinic_id, phone),
  unique (clinic_id, lid),
  check (phone is not null or lid is not null)
);

create table healthcare.patient_contacts (
  clinic_id uuid not null,
  patient_id uuid not null,
  contact_id uuid not null,
  -- Whom we take to be writing unless they say otherwise.
  is_usual_writer boolean not null default true,
  primary key (clinic_id, patient_id, contact_id),
  foreign key (clinic_id, patient_id) references healthcare.patients on delete cascade,
  foreign key (clinic_id, contact_id) references core.contacts on delete cascade
);
create index patient_contacts_contact on healthcare.patient_contacts (clinic_id, contact_id);

create table healthcare.appointments (
  clinic_id uuid not null,
  appointment_id uuid not null,
  patient_id uuid not null,
  doctor_id uuid not null,
  service_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status text not null check (status in ('pending', 'booked', 'confirmed', 'cancelled', 'rescheduled', 'completed', 'no_show')),
  version int not null default 1,
  -- (message, call number) of the last write: the same call again changes nothing.
  request_key text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (clinic_id, appointment_id),
  foreign key (clinic_id, patient_id) references healthcare.patients,
  foreign key (clinic_id, doctor_id) references healthcare.doctors,
  foreign key (clinic_id, service_id) references healthcare.services,
  check (starts_at < ends_at),
  -- Two visits of one doctor cannot overlap, whoever writes them and however fast.
  constraint appointments_do_not_overlap exclude using gist (
    clinic_id with =, doctor_id with =, tstzrange(starts_at, ends_at) with &&
  ) where (status in ('pending', 'booked', 'confirmed'))
);
create index appointments_patient on healthcare.appointments (clinic_id, patient_id, starts_at);

create table healthcare.appointment_history (
  clinic_id uuid not null,
  history_id bigint generated always as identity,
  appointment_id uuid not null,
  changed_at timestamptz not null,
  -- 'patient', 'staff:<id>', 'system'
  actor text not null,
  change text not null,
  reason text,
  request_key text,
  before jsonb,
  after jsonb,
  primary key (clinic_id, history_id),
  foreign key (clinic_id, appointment_id) references healthcare.appointments on delete cascade
);
create index appointment_history_appointment on healthcare.appointment_history (clinic_id, appointment_id);
-- A write happens once per (message, call), even if the turn is run again.
create unique index appointment_history_request on healthcare.appointment_history (clinic_id, request_key)
  where request_key is not null;
