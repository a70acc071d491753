-- Version 2: a color for each note.
ALTER TABLE notes ADD COLUMN color TEXT NOT NULL DEFAULT 'white';
