CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
CREATE UNIQUE INDEX idx_tags_name ON tags (name);
CREATE INDEX idx_notes_title ON notes (title);
ALTER TABLE notes ALTER COLUMN title DROP NOT NULL;
CREATE TABLE new_notes (id INTEGER PRIMARY KEY, body TEXT);
INSERT INTO new_notes (id, body) SELECT id, body FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;
CREATE UNIQUE INDEX unique_bodies ON "notes" (BODY);
