-- error at 4:1
-- error at 6:3

BEGIN;
CREATE TABLE tags (id INTEGER PRIMARY KEY);
  COMMIT;
