-- error at 6:1
-- error at 6:1

CREATE TABLE new_notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
INSERT INTO new_notes (id, title, body) SELECT id, title, body FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;
CREATE INDEX idx_notes_title ON notes (title);
