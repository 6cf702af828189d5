-- Several jobs by one statement; fewer rows than asked for means that none are left.
create or replace function core.fetch_jobs(queues varchar[], worker bigint, most int)
  returns setof public.procrastinate_jobs
  language plpgsql
as $$
declare
  job public.procrastinate_jobs;
begin
  for _ in 1..most loop
    job := public.procrastinate_fetch_job_v2(queues, worker);
    exit when job.id is null;
    return next job;
  end loop;
end
$$;

-- Jobs that a stopping worker took and never started: others may have them, and it was no attempt.
create or replace function core.give_back_jobs(jobs bigint[]) returns void
  language sql
as $$
  update public.procrastinate_jobs set status = 'todo', worker_id = null where id = any(jobs) and status = 'doing'
$$;

-- The library's history of each job is read by nobody here (dead workers are known by their heartbeat) and costs two
-- rows a job on the way of every message.
alter table procrastinate_jobs disable trigger procrastinate_trigger_status_events_insert_v1;
alter table procrastinate_jobs disable trigger procrastinate_trigger_status_events_update_v1;
alter table procrastinate_jobs disable trigger procrastinate_trigger_scheduled_events_v1;
