CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT
);
CREATE INDEX idx_notes_title ON notes (title);
CREATE INDEX idx_notes_body ON notes (body);
CREATE TRIGGER keep_notes BEFORE DELETE ON notes
BEGIN
  SELECT raise(ABORT, 'notes are kept');
END;
