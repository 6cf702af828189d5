-- The tenant and what it offers. Every key starts with clinic_id, so no foreign key can cross clinics.
create table core.organizations (
  organization_id uuid primary key,
  key text not null,
  name text not null,
  created_at timestamptz not null
);

create table core.clinics (
  clinic_id uuid primary key,
  organization_id uuid not null references core.organizations,
  key text not null,
  name jsonb not null,
  timezone text not null,
  currency text not null,
  default_language text not null,
  phone text,
  emergency_number text,
  crisis_line text,
  address jsonb not null default '{}',
  parking jsonb not null default '{}',
  -- Settings of this clinic that differ from the defaults.
  settings jsonb not null default '{}',
  -- Rises with every change of the catalog; caches compare it.
  catalog_version bigint not null default 1,
  created_at timestamptz not null,
  unique (organization_id, key)
);

create table healthcare.whatsapp_instances (
  instance_id uuid primary key,
  clinic_id uuid not null references core.clinics,
  instance_name text not null unique,
  whatsapp_number text,
  -- Which bodies the gateway takes: 'v2' or 'v1'.
  api_version text not null default 'v2' check (api_version in ('v1', 'v2')),
  connection_state text not null default 'unknown',
  connection_changed_at timestamptz,
  removed_at timestamptz,
  created_at timestamptz not null,
  unique (clinic_id, instance_id)
);

create table core.staff_contacts (
  clinic_id uuid not null references core.clinics,
  staff_id uuid not null,
  name text not null,
  phone text not null,
  language text,
  on_call boolean not null default false,
  -- Order in which they are alerted.
  position int not null,
  primary key (clinic_id, staff_id)
);

create table healthcare.services (
  clinic_id uuid not null references core.clinics,
  service_id uuid not null,
  key text not null,
  name jsonb not null,
  aliases jsonb not null default '{}',
  duration_min int not null check (duration_min between 5 and 480),
  price numeric,
  position int not null default 0,
  is_offered boolean not null default true,
  primary key (clinic_id, service_id),
  unique (clinic_id, key)
);

create table healthcare.doctors (
  clinic_id uuid not null references core.clinics,
  doctor_id uuid not null,
  key text not null,
  name jsonb not null,
  aliases jsonb not null default '{}',
  languages text[] not null default '{}',
  position int not null default 0,
  works_here boolean not null default true,
  primary key (clinic_id, doctor_id),
  unique (clinic_id, key)
);

create table healthcare.doctor_services (
  clinic_id uuid not null,
  doctor_id uuid not null,
  service_id uuid not null,
  primary key (clinic_id, doctor_id, service_id),
  foreign key (clinic_id, doctor_id) references healthcare.doctors on delete cascade,
  foreign key (clinic_id, service_id) references healthcare.services on delete cascade
);

-- Opening hours of the clinic (doctor_id null) and of each doctor, local to the clinic.
create table healthcare.working_hours (
  clinic_id uuid not null references core.clinics,
  working_hours_id bigint generated always as identity,
  doctor_id uuid,
  -- Monday is 0.
  weekday smallint not null check (weekday between 0 and 6),
  opens time not null,
  closes time not null,
  primary key (clinic_id, working_hours_id),
  foreign key (clinic_id, doctor_id) references healthcare.doctors on delete cascade,
  check (opens < closes)
);

create table healthcare.holidays (
  clinic_id uuid not null references core.clinics,
  closed_on date not null,
  name jsonb not null default '{}',
  primary key (clinic_id, closed_on)
);

create table healthcare.time_off (
  clinic_id uuid not null,
  time_off_id bigint generated always as identity,
  doctor_id uuid not null,
  first_on date not null,
  last_on date not null,
  primary key (clinic_id, time_off_id),
  foreign key (clinic_id, doctor_id) references healthcare.doctors on delete cascade,
  check (first_on <= last_on)
);
