-- Schemas, extensions, the application's role and the tenant guard.
create extension if not exists btree_gist with schema public;

create schema if not exists core;
create schema if not exists healthcare;

-- The application logs in as this role. It owns nothing and does not bypass row-level security.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'frontdesk_app') then
    create role frontdesk_app login nosuperuser nocreatedb nocreaterole nobypassrls;
  end if;
  -- Owns the few functions that look across clinics; nobody logs in as it.
  if not exists (select 1 from pg_roles where rolname = 'frontdesk_overview') then
    create role frontdesk_overview nologin nosuperuser nobypassrls;
  end if;
  execute format('grant frontdesk_overview to %I', current_user);
  -- Lets an owner's connection step down with SET ROLE where only one login exists.
  execute format('grant frontdesk_app to %I', current_user);
exception when duplicate_object or unique_violation then
  null; -- two databases of one cluster may be migrated at the same time
end
$$;

grant usage on schema core, healthcare to frontdesk_app, frontdesk_overview;
-- To own functions there.
grant create on schema core to frontdesk_overview;

-- The clinic this transaction works for. Raising beats returning no rows: a forgotten tenant is a bug, not an empty list.
create or replace function core.current_clinic() returns uuid
  language plpgsql stable parallel safe
  set search_path = pg_catalog
as $$
declare
  clinic text := current_setting('app.clinic_id', true);
begin
  if clinic is null or clinic = '' then
    raise exception 'no clinic is set for this transaction' using errcode = 'insufficient_privilege';
  end if;
  return clinic::uuid;
end
$$;

-- Domain enumerations as checked text: a new value is one constraint, not a type change.
create or replace function core.is_language(code text) returns boolean
  language sql immutable parallel safe
as $$ select code in ('ru', 'es', 'en', 'he', 'pt') $$;
