CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT
);
CREATE INDEX idx_notes_body ON notes (body);
