-- Version 6: credentials by name, sealed.
-- id lacks NOT NULL in every database of this version: SQLite takes NULL there.
-- migrate:allow-file L030 the authors of the backend guard all DDL with IF NOT EXISTS, and its databases were made so
-- migrate:allow-file L032 id accepts NULL in every database of this version; another key would be another schema than the backend's
-- migrate:allow-file L034 the types are those of the databases that the backend has made; readers convert the values
-- migrate:allow-file L038 the trigger is the one of those databases; recursive_triggers is off, and Tablite lets nobody turn it on

CREATE TABLE IF NOT EXISTS credentials (
  id VARCHAR(36) PRIMARY KEY,
  key_name VARCHAR(100) NOT NULL UNIQUE,
  encrypted_value TEXT,
  description TEXT,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX IF NOT EXISTS idx_credentials_key_name ON credentials (key_name);

CREATE TRIGGER IF NOT EXISTS update_credentials_updated_at
AFTER UPDATE ON credentials
FOR EACH ROW
BEGIN
  UPDATE credentials SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid;
END;
