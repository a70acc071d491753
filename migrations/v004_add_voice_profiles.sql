-- Version 4: profiles of voice models, for recognition (asr) or synthesis (tts).
-- migrate:allow-file L030 the authors of the backend guard all DDL with IF NOT EXISTS, and its databases were made so
-- migrate:allow-file L034 the types are those of the databases that the backend has made; readers convert the values
-- migrate:allow-file L038 the trigger is the one of those databases; recursive_triggers is off, and Tablite lets nobody turn it on

CREATE TABLE IF NOT EXISTS voice_profiles (
  profile_id VARCHAR(36) NOT NULL PRIMARY KEY,
  voice_profile_name VARCHAR(100) NOT NULL UNIQUE,
  voice_model_type VARCHAR(3) NOT NULL CHECK (voice_model_type IN ('asr', 'tts')),
  voice_model_name VARCHAR(100) NOT NULL,
  encrypted_api_key TEXT,
  voice_meta_params JSON,
  description TEXT,
  is_active BOOLEAN NOT NULL DEFAULT 1,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_used_at DATETIME
);

CREATE INDEX IF NOT EXISTS idx_voice_profiles_active ON voice_profiles (is_active);
CREATE INDEX IF NOT EXISTS idx_voice_profiles_name ON voice_profiles (voice_profile_name);
CREATE INDEX IF NOT EXISTS idx_voice_profiles_type ON voice_profiles (voice_model_type);

CREATE TRIGGER IF NOT EXISTS update_voice_profiles_updated_at
AFTER UPDATE ON voice_profiles
FOR EACH ROW
BEGIN
  UPDATE voice_profiles SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid;
END;
