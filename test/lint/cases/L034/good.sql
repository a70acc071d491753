CREATE TABLE tags (
  id BIGINT,
  name VARCHAR(20),
  price DECIMAL(10, 2),
  size UNSIGNED BIG INT,
  weight DOUBLE PRECISION,
  code INT8,
  any_value
);
CREATE TABLE strict_tags (id INTEGER PRIMARY KEY, value ANY) STRICT;
CREATE TABLE IF NOT EXISTS old_tags (settings JSON PRIMARY KEY REFERENCES old_tags (other), other TEXT UNIQUE);
ALTER TABLE old_tags ADD COLUMN name TEXT;
