CREATE VIRTUAL TABLE texts USING fts4 (body);
SELECT json_group_array(id), lower('soundex(1)') FROM notes;
CREATE VIEW lengths AS SELECT length(body) AS size FROM notes;
