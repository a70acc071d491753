-- error at 4:30
-- error at 5:30

ALTER TABLE notes ADD COLUMN parent INTEGER DEFAULT 1 REFERENCES notes (id);
ALTER TABLE notes ADD COLUMN size INTEGER AS (length(body)) STORED;
