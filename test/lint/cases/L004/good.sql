PRAGMA foreign_keys;
PRAGMA foreign_key_check;
