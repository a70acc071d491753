CREATE TABLE notes (id INTEGER PRIMARY KEY, edits INTEGER);
CREATE TRIGGER count_edits AFTER UPDATE OF id ON notes
BEGIN
  UPDATE notes SET edits = CASE WHEN 1 THEN 2 END WHERE id = NEW.id;
END;
-- it's; "open
