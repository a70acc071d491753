-- warning at 7:30
-- warning at 8:53
-- warning at 9:36
-- warning at 10:56
-- warning at 13:35

UPDATE "notes" SET "title" = "Untitled" WHERE "id" = 1;
CREATE TABLE "tags" (id INTEGER, color TEXT DEFAULT "red");
CREATE TABLE "colors" (name CHECK ("nam" <> ''));
CREATE VIEW "untitled" AS SELECT "id" FROM notes WHERE "titel" = 'Untitled';
CREATE TRIGGER "keep" AFTER UPDATE OF "title" ON "notes"
BEGIN
  SELECT "title" FROM notes WHERE "titel" = NEW."title";
END;
