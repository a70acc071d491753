DROP TRIGGER keep_notes;
CREATE TABLE new_notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
INSERT INTO new_notes (id, title, body) SELECT id, title, body FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;
CREATE INDEX idx_notes_title ON notes (title, body);
CREATE INDEX notes_by_body ON "notes" (BODY);
