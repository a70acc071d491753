-- warning at 4:30
-- warning at 5:56

INSERT INTO new_notes SELECT *
FROM notes; INSERT INTO new_notes (id, title) SELECT n.* FROM notes AS n;
