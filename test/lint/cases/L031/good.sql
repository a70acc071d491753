UPDATE "notes" SET "title" = 'Untitled' WHERE "id" = 1;
CREATE TABLE "tags" ("id" INTEGER, "color" TEXT DEFAULT 'red' CHECK ("color" <> '"blue"'));
CREATE VIEW "untitled" AS SELECT "id" AS "number" FROM notes WHERE "title" = 'Untitled' ORDER BY "number";
CREATE TRIGGER "keep" AFTER UPDATE OF "title" ON "notes"
BEGIN
  SELECT "title" FROM notes WHERE "title" = NEW."title";
END;
CREATE INDEX "idx" ON "notes" ("title");
ALTER TABLE "notes" ADD COLUMN "a ""b""" TEXT CHECK ("a ""b""" <> '');
INSERT INTO "notes" ("title") VALUES ('x');
