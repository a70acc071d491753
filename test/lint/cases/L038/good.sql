CREATE TRIGGER touch_notes AFTER UPDATE ON notes WHEN NEW.body IS OLD.body
BEGIN
  UPDATE notes SET body = 1 WHERE id = NEW.id;
END;
CREATE TRIGGER touch_titles AFTER UPDATE OF title ON notes
BEGIN
  UPDATE notes SET body = max(title, title), id = id + title WHERE title = NEW.title;
END;
CREATE TRIGGER touch_others AFTER UPDATE ON notes
BEGIN
  UPDATE others SET id = 1 WHERE id = NEW.id;
END;
