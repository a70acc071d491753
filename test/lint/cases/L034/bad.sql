-- info at 7:3
-- info at 8:3
-- info at 10:3
-- info at 12:33

CREATE TABLE tags (
  settings JSON,
  created DATETIME NOT NULL,
  updated DATETIME,
  place POINT
);
ALTER TABLE old_tags ADD COLUMN settings2 String;
