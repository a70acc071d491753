CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT
);
CREATE UNIQUE INDEX idx_notes_body ON notes (body);
CREATE INDEX idx_notes_plain ON notes (title);
