-- Wakes the next message of a patient as soon as the one before is done, and keeps the fetch off sorts of the backlog
-- (docs/adr/0001-queue-in-postgresql.md has the figures). Guarded by a test against library upgrades.
create index if not exists procrastinate_jobs_lock_waiting on procrastinate_jobs (lock, priority desc, id)
  where status in ('todo', 'doing') and lock is not null;

create or replace function core.wake_next_of_lock() returns trigger
  language plpgsql
as $$
begin
  if exists (select 1 from public.procrastinate_jobs where lock = old.lock and status = 'todo') then
    perform pg_notify(
      'procrastinate_queue_v1#' || old.queue_name,
      json_build_object('type', 'job_inserted', 'job_id', old.id)::text);
  end if;
  return null;
end
$$;

create trigger wake_next_of_lock_after_update after update of status on procrastinate_jobs
  for each row when (old.status = 'doing' and new.status <> 'doing' and new.lock is not null)
  execute function core.wake_next_of_lock();
create trigger wake_next_of_lock_after_delete after delete on procrastinate_jobs
  for each row when (old.status = 'doing' and old.lock is not null)
  execute function core.wake_next_of_lock();

alter function procrastinate_fetch_job_v2(character varying[], bigint) set enable_sort = off;
alter function procrastinate_fetch_job_v2(character varying[], bigint) set enable_bitmapscan = off;
alter function procrastinate_fetch_job_v2(character varying[], bigint) set enable_hashjoin = off;
alter function procrastinate_fetch_job_v2(character varying[], bigint) set enable_mergejoin = off;
alter function procrastinate_fetch_job_v2(character varying[], bigint) set enable_seqscan = off;

alter table procrastinate_jobs set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table procrastinate_events set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
