-- warning at 9:3
-- warning at 10:3
-- warning at 11:3
-- warning at 12:3
-- warning at 20:29

CREATE TABLE tags (
  id INTEGER PRIMARY KEY,
  note INTEGER REFERENCES notes (id),
  body TEXT UNIQUE REFERENCES notes (body),
  owner INTEGER UNIQUE REFERENCES people,
  a INTEGER,
  b INTEGER,
  FOREIGN KEY (a, b) REFERENCES pairs (a, b),
  UNIQUE (b, note), UNIQUE (a, note)
);
CREATE TABLE pairs (a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER, UNIQUE (a, c), UNIQUE (b, c), UNIQUE (a, b));
CREATE INDEX idx_pairs ON pairs (a, b);

ALTER TABLE tags ADD COLUMN other INTEGER REFERENCES notes;
