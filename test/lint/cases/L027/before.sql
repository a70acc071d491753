CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT
);
CREATE VIEW titles AS SELECT title FROM notes;
