{{ of_todays_training('runs') }}
-- of an earlier version, which chose for all tasks at once, there is no task
where runs.task is not null
