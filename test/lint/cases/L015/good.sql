DROP INDEX idx_notes_body;
ALTER TABLE notes DROP COLUMN body;
