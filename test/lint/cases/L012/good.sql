ALTER TABLE notes ADD COLUMN slug TEXT;
CREATE INDEX idx_notes_slug ON notes (slug);
