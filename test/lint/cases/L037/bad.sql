-- info at 5:26
-- info at 6:46
-- info at 7:26

UPDATE notes SET title = CURRENT_TIMESTAMP WHERE id = 1;
INSERT INTO notes (id, title) SELECT 1 + abs(random()), 'x';
UPDATE notes SET title = strftime('%s', 'now') || datetime('now') WHERE id = 2;
