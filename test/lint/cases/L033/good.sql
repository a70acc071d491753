CREATE TABLE tags (
  id INTEGER PRIMARY KEY REFERENCES notes (id),
  note INTEGER,
  parent INTEGER REFERENCES tags (id),
  FOREIGN KEY (note, id) REFERENCES pairs (a, b)
);
CREATE INDEX idx_tags_parent ON tags (parent, note);
CREATE INDEX idx_tags_pair ON tags (id, note);
CREATE TABLE pairs (a INTEGER, b INTEGER, PRIMARY KEY (b, a));
CREATE TABLE IF NOT EXISTS old_tags (note INTEGER REFERENCES notes);
