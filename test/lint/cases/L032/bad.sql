-- warning at 6:3
-- warning at 10:3

CREATE TABLE tags
(
  id VARCHAR(36) PRIMARY KEY
);
CREATE TABLE tagged (
  tag TEXT NOT NULL,
  note INTEGER,
  PRIMARY KEY (tag, note)
);
