-- warning at 5:1
-- warning at 6:1
-- warning at 9:45

-- migrate:allow-file L034 there is no such type
-- migrate:allow L030 too far away

CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY);
CREATE TABLE tags (id INTEGER PRIMARY KEY); -- migrate:allow L030 not needed
