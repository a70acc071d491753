-- Version 1: notes.
CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);
