-- migrate:allow L030 databases made without the chain have the table
-- and here is why
CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tags ( -- migrate:allow L030 the same
  id INTEGER PRIMARY KEY
);
