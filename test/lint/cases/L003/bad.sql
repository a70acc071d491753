-- error at 7:1
-- error at 8:1
-- error at 9:1
-- error at 10:13
-- error at 11:12

PRAGMA user_version = 7;
VACUUM;
CREATE TEMP TABLE working (id INTEGER);
DELETE FROM tablite_history WHERE version = 1;
DROP TABLE tablite_keys;
