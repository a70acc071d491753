-- error at 7:1
-- error at 8:1
-- error at 9:1
-- error at 10:1
-- error at 12:1

-- migrate:allow L030
-- migrate:allow
-- migrate:allow L999 there is no such rule
-- migrate:allow L002 it cannot be set aside
CREATE TABLE notes (id INTEGER PRIMARY KEY);
-- migrate:allow-file L030 it is too late
