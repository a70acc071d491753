-- error at 6:1
-- error at 7:1
-- error at 8:1
-- error at 9:13

PRAGMA user_version = 7;
VACUUM;
CREATE TEMP TABLE working (id INTEGER);
DELETE FROM tablite_history WHERE version = 1;
