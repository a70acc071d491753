-- error at 3:30

ALTER TABLE notes ADD COLUMN color TEXT NOT NULL;
