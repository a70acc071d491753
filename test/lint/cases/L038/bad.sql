-- info at 5:16
-- info at 9:16
-- info at 14:16

CREATE TRIGGER touch_notes AFTER UPDATE ON notes
BEGIN
  UPDATE notes SET body = 1 WHERE id = NEW.id;
END;
CREATE TRIGGER touch_titles AFTER UPDATE OF Title ON notes
BEGIN
  SELECT 1;
  UPDATE OR IGNORE "NOTES" SET (body, "TITLE") = (1, 2) WHERE id = NEW.id;
END;
CREATE TRIGGER touch_more AFTER UPDATE OF title ON notes
BEGIN
  UPDATE notes SET (body, id) = (1, id), body = max(1, 2), title = 2 WHERE id = NEW.id;
END;
