CREATE TABLE new_notes (id INTEGER PRIMARY KEY, title TEXT);
INSERT INTO new_notes (id, title) SELECT id, title FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;
