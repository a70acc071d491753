PRAGMA user_version;
PRAGMA application_id = 7;
CREATE TABLE history (id INTEGER PRIMARY KEY, vacuum TEXT);
INSERT INTO history (vacuum) VALUES ('tablite_history');
