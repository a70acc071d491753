INSERT INTO new_notes (id, title) SELECT id * 2, count(*) FROM notes GROUP BY id;
INSERT INTO new_notes (id, title) SELECT 1, EXISTS (SELECT * FROM notes);
