-- Version 8: which workflows are offered as skills, and what of them is exposed.
-- id lacks NOT NULL in every database of this version: SQLite takes NULL there.
-- migrate:allow-file L030 the authors of the backend guard all DDL with IF NOT EXISTS, and its databases were made so
-- migrate:allow-file L032 id accepts NULL in every database of this version; another key would be another schema than the backend's
-- migrate:allow-file L034 the types are those of the databases that the backend has made; readers convert the values
-- migrate:allow-file L038 the trigger is the one of those databases; recursive_triggers is off, and Tablite lets nobody turn it on

CREATE TABLE IF NOT EXISTS workflow_skills (
  id VARCHAR(36) PRIMARY KEY,
  flow_id VARCHAR(36) NOT NULL UNIQUE,
  name VARCHAR(255),
  description TEXT,
  add_to_skill BOOLEAN NOT NULL DEFAULT 0,
  workflow_expose_config TEXT,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX IF NOT EXISTS idx_workflow_skills_enabled ON workflow_skills (add_to_skill);
CREATE INDEX IF NOT EXISTS idx_workflow_skills_flow_id ON workflow_skills (flow_id);

CREATE TRIGGER IF NOT EXISTS update_workflow_skills_updated_at
AFTER UPDATE ON workflow_skills
FOR EACH ROW
BEGIN
  UPDATE workflow_skills SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid;
END;
