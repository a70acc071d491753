-- error at 6:19
-- error at 13:20

-- The new table has the old name at once, or in the end.

ALTER TABLE notes RENAME TO old_notes;
CREATE TABLE Notes (id INTEGER PRIMARY KEY, title TEXT);
INSERT INTO notes (id, title) SELECT id, title FROM old_notes;
-- migrate:allow L020 its rows were copied
DROP TABLE old_notes;

CREATE TABLE new_papers (id INTEGER PRIMARY KEY);
ALTER TABLE papers RENAME TO old_papers;
ALTER TABLE new_papers RENAME TO Papers;
