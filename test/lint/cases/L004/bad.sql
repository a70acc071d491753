-- error at 3:1

PRAGMA foreign_keys = OFF;
CREATE TABLE notes (id INTEGER PRIMARY KEY);
