-- migrate:allow-file L030 databases made without the chain have the table
-- migrate:adopt
-- migrate:allowance is another word
CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY);
