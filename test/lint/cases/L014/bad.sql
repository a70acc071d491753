-- warning at 3:30

ALTER TABLE notes ADD COLUMN stars INTEGER DEFAULT 0 CHECK (stars > 0);
