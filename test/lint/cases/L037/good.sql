CREATE TABLE tags (id INTEGER PRIMARY KEY, at TEXT DEFAULT CURRENT_TIMESTAMP);
UPDATE notes SET title = date(body, '+1 day'), body = 'random()' WHERE id = 1;
