CREATE TABLE draft_tags (id INTEGER PRIMARY KEY, nam TEXT);
ALTER TABLE draft_tags RENAME TO tags;
ALTER TABLE tags RENAME nam TO name;
CREATE TABLE new_notes (id INTEGER PRIMARY KEY);
INSERT INTO new_notes (id) SELECT id FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;
