-- The job queue's own schema comes with its library, so that both are always of one version.
-- include: procrastinate
grant select, insert, update, delete on procrastinate_jobs, procrastinate_events, procrastinate_workers,
  procrastinate_periodic_defers to frontdesk_app;
grant usage, select on all sequences in schema public to frontdesk_app;
