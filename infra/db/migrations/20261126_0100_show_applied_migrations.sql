-- API and worker look whether the schema is theirs before they start; they need no owner's login for that.
grant select on public.frontdesk_migrations to frontdesk_app;
