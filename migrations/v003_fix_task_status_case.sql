-- Version 3: task statuses in lower case.
-- Tables made without this chain have no CHECK and may hold upper-case statuses; for all others this changes nothing.
-- migrate:adopt

UPDATE tasks
SET status = lower(status)
WHERE status IN ('PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'STOPPED');
