-- Row-level security with FORCE on every tenant table; the application gets what it needs and no more.
do $$
declare
  tenant record;
begin
  for tenant in
    select n.nspname as schema_name, c.relname as table_name
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('core', 'healthcare') and a.attname = 'clinic_id' and not a.attisdropped
  loop
    execute format('alter table %I.%I enable row level security', tenant.schema_name, tenant.table_name);
    execute format('alter table %I.%I force row level security', tenant.schema_name, tenant.table_name);
    execute format(
      'create policy own_clinic on %I.%I to frontdesk_app using (clinic_id = (select core.current_clinic())) with check (clinic_id = (select core.current_clinic()))',
      tenant.schema_name, tenant.table_name);
    execute format('grant select, insert, update, delete on %I.%I to frontdesk_app', tenant.schema_name, tenant.table_name);
  end loop;
end
$$;

-- The audit and the history of visits are written once.
revoke update, delete on core.audit from frontdesk_app;
revoke update, delete on healthcare.appointment_history from frontdesk_app;
grant select, insert on core.organizations to frontdesk_app;
grant update (name, key) on core.organizations to frontdesk_app;
-- No clinic is known for these rows: they can be put in by anybody and read only through the functions below.
grant insert on core.quarantine to frontdesk_app;
