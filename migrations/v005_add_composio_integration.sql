-- Version 5: Composio toolkits, and which of their tools are on.
-- tools is a JSON object from a tool's name to 0 or 1.
-- migrate:allow-file L030 the authors of the backend guard all DDL with IF NOT EXISTS, and its databases were made so
-- migrate:allow-file L034 the types are those of the databases that the backend has made; readers convert the values
-- migrate:allow-file L038 the trigger is the one of those databases; recursive_triggers is off, and Tablite lets nobody turn it on

CREATE TABLE IF NOT EXISTS composio_toolkits (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  slug VARCHAR(100) NOT NULL UNIQUE,
  description TEXT,
  logo TEXT,
  app_url TEXT,
  enabled BOOLEAN NOT NULL DEFAULT 0,
  tools TEXT,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX IF NOT EXISTS idx_composio_toolkits_enabled ON composio_toolkits (enabled);
CREATE INDEX IF NOT EXISTS idx_composio_toolkits_name ON composio_toolkits (name);
CREATE INDEX IF NOT EXISTS idx_composio_toolkits_slug ON composio_toolkits (slug);

CREATE TRIGGER IF NOT EXISTS update_composio_toolkits_updated_at
AFTER UPDATE ON composio_toolkits
FOR EACH ROW
BEGIN
  UPDATE composio_toolkits SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid;
END;
