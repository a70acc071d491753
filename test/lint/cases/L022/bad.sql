-- warning at 6:21
-- warning at 7:32
-- warning at 8:23
-- warning at 9:21

CREATE UNIQUE INDEX idx_notes_title ON notes (title, lower(body)) WHERE id > 1;
ALTER TABLE notes ALTER COLUMN body SET NOT NULL;
ALTER TABLE notes ADD CHECK (length(body) > 0);
CREATE UNIQUE INDEX titles ON notes (title);
