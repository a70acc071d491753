-- Version 2: how the agent works on a task.
-- Tasks from before were all run in the mode that is the default.

ALTER TABLE tasks ADD COLUMN agent_mode VARCHAR(50) DEFAULT 'thinking';
