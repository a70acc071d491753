-- error at 3:31

ALTER TABLE notes DROP COLUMN body;
