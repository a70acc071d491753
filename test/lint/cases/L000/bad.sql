-- error at 6:8
-- error at 8:14

-- Only the first of these is what is wrong with the table.

SELECT titel
FROM notes;
SELECT id AS SELECT FROM notes;
SELECT titel FROM notes;
