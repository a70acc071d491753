-- error at 4:1

CREATE TABLE notes (id INTEGER PRIMARY KEY, edits INTEGER);
CREATE TRIGGER count_edits AFTER UPDATE OF id ON notes
BEGIN
  UPDATE notes SET edits = edits + 1 WHERE id = NEW.id;
CREATE TABLE tags (id INTEGER PRIMARY KEY);
