-- error at 6:34
-- error at 7:8
-- warning at 8:31
-- warning at 11:10

CREATE VIRTUAL TABLE texts USING fts5 (body);
SELECT percentile(id, 50) FROM notes;
CREATE VIEW medians AS SELECT soundex(body) AS code FROM notes;
CREATE TRIGGER code_notes AFTER UPDATE ON notes WHEN NEW.id > 1
BEGIN
  SELECT soundex(NEW.body);
END;
