-- warning at 4:14
-- warning at 5:21

CREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY, name TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS idx_tags_name ON tags (name);
