-- The library's history of each job is read by nobody here (dead workers are known by their heartbeat) and costs two
-- rows a job on the way of every message.
alter table procrastinate_jobs disable trigger procrastinate_trigger_status_events_insert_v1;
alter table procrastinate_jobs disable trigger procrastinate_trigger_status_events_update_v1;
alter table procrastinate_jobs disable trigger procrastinate_trigger_scheduled_events_v1;
