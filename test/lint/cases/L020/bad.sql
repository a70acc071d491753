-- error at 9:1
-- error at 10:1
-- error at 11:1
-- error at 13:1
-- error at 15:1
-- error at 17:1
-- error at 18:1

DELETE FROM notes;
UPDATE notes SET body = (SELECT max(id) FROM notes WHERE id > 1);
ALTER TABLE notes DROP COLUMN body;
INSERT INTO archive (id) SELECT id FROM notes;
DROP TABLE IF EXISTS notes;
CREATE TABLE new_archive (id INTEGER PRIMARY KEY); INSERT INTO new_archive (id) SELECT id FROM tags;
DROP TABLE archive;
ALTER TABLE new_archive RENAME TO archive;
DELETE FROM archive;
DROP TABLE papers;
INSERT INTO archive (id) SELECT id FROM tags;
ALTER TABLE archive RENAME TO papers;
