-- warning at 4:26
-- warning at 5:19

ALTER TABLE notes RENAME title TO name;
ALTER TABLE notes RENAME TO papers;
