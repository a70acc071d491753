-- Version 7: when a flow runs by itself, one schedule for each flow.
-- id lacks NOT NULL in every database of this version: SQLite takes NULL there.
-- migrate:allow-file L030 the authors of the backend guard all DDL with IF NOT EXISTS, and its databases were made so
-- migrate:allow-file L032 id accepts NULL in every database of this version; another key would be another schema than the backend's
-- migrate:allow-file L034 the types are those of the databases that the backend has made; readers convert the values
-- migrate:allow-file L038 the trigger is the one of those databases; recursive_triggers is off, and Tablite lets nobody turn it on

CREATE TABLE IF NOT EXISTS schedules (
  id VARCHAR(36) PRIMARY KEY,
  flow_id VARCHAR(36) NOT NULL UNIQUE,
  cron_expression VARCHAR(100),
  is_enabled BOOLEAN NOT NULL DEFAULT 1,
  description TEXT,
  last_execution_at DATETIME,
  next_execution_at DATETIME,
  execution_count BIGINT NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX IF NOT EXISTS idx_schedules_cron ON schedules (cron_expression);
CREATE INDEX IF NOT EXISTS idx_schedules_enabled ON schedules (is_enabled);
CREATE INDEX IF NOT EXISTS idx_schedules_flow_id ON schedules (flow_id);
CREATE INDEX IF NOT EXISTS idx_schedules_next_execution ON schedules (next_execution_at);

CREATE TRIGGER IF NOT EXISTS update_schedules_updated_at
AFTER UPDATE ON schedules
FOR EACH ROW
BEGIN
  UPDATE schedules SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid;
END;
