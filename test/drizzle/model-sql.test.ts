import { desc, sql } from 'drizzle-orm';
import { blob, check, foreignKey, index, integer, primaryKey, real, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { boolean } from '../../src/drizzle/columns/boolean.js';
import { datetime } from '../../src/drizzle/columns/datetime.js';
import { modelDrift } from '../../src/drizzle/model-drift.js';
import { createTableStatements } from '../../src/drizzle/model-sql.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { thrownBy } from '../database/outcome.js';

const authors = sqliteTable('authors', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull().unique(),
});

const books = sqliteTable(
  'the "books"',
  {
    authorId: integer('author_id')
      .notNull()
      .references(() => authors.id, { onDelete: 'cascade' }),
    volume: integer('volume'),
    title: text('title').notNull().default("it's"),
    isRead: boolean('is_read').notNull().default(false),
    price: real('price').default(-1.5),
    cover: blob('cover', { mode: 'buffer' }),
    addedAt: datetime('added_at').default(sql`CURRENT_TIMESTAMP`),
    soldAt: datetime('sold_at').default(new Date(0)),
    score: integer('score').default(sql`1 + 1`),
    upper: text('upper').generatedAlwaysAs(sql`upper(title)`, { mode: 'stored' }),
  },
  (t) => [
    primaryKey({ columns: [t.authorId, t.volume] }),
    unique().on(t.title, t.volume),
    foreignKey({ columns: [t.volume], foreignColumns: [authors.id] }).onUpdate('set null'),
    check('positive', sql`${t.volume} > ${0} AND ${t.title} <> ${"isn't"}`),
    index('idx_books_title').on(desc(t.title), t.volume),
    uniqueIndex('idx_books_unread').on(sql`lower(${t.title})`).where(sql`${t.isRead} = ${false}`),
  ],
);

const openWith = (statements: readonly string[]) =>
  openTestDatabase(undefined, { migrations: [{ name: 'v001_made.sql', sql: statements.join(';\n') }] });

describe('the statements of models', () => {
  it('say all that Drizzle knows of a table', () => {
    expect(createTableStatements([authors, books]).join('\n')).toMatchInlineSnapshot(`
      "CREATE TABLE "authors" (
        "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        "name" text NOT NULL UNIQUE
      )
      CREATE TABLE "the ""books""" (
        "author_id" integer NOT NULL,
        "volume" integer,
        "title" text NOT NULL DEFAULT 'it''s',
        "is_read" BOOLEAN NOT NULL DEFAULT 0,
        "price" real DEFAULT -1.5,
        "cover" blob,
        "added_at" DATETIME DEFAULT CURRENT_TIMESTAMP,
        "sold_at" DATETIME DEFAULT '1970-01-01 00:00:00.000000',
        "score" integer DEFAULT (1 + 1),
        "upper" text GENERATED ALWAYS AS (upper(title)) STORED,
        PRIMARY KEY ("author_id", "volume"),
        UNIQUE ("title", "volume"),
        FOREIGN KEY ("author_id") REFERENCES "authors" ("id") ON DELETE CASCADE,
        FOREIGN KEY ("volume") REFERENCES "authors" ("id") ON UPDATE SET NULL,
        CONSTRAINT "positive" CHECK ("volume" > 0 AND "title" <> 'isn''t')
      )
      CREATE INDEX "idx_books_title" ON "the ""books""" ("title" desc, "volume")
      CREATE UNIQUE INDEX "idx_books_unread" ON "the ""books""" (lower("title")) WHERE "is_read" = false"
    `);
  });

  it('make the tables, which then do not drift', async () => {
    const database = await openWith(createTableStatements([authors, books]));
    expect(await modelDrift(database, [authors, books])).toEqual([]);
    await database.run('INSERT INTO authors (name) VALUES (?)', ['Lem']);
    await database.run('INSERT INTO "the ""books""" (author_id, volume) VALUES (1, 1)');
    const kept = database.get('SELECT title, is_read, price, sold_at, score, upper FROM "the ""books"""');
    expect(kept).toEqual({ title: "it's", is_read: 0, price: -1.5, sold_at: '1970-01-01 00:00:00.000000', score: 2, upper: "IT'S" });
  });

  it('are none for no tables', () => {
    expect(createTableStatements([])).toEqual([]);
  });
});

describe('the drift of models', () => {
  it('names a foreign key that lacks, and one that does another thing', async () => {
    const database = await openWith([
      'CREATE TABLE authors (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)',
      'CREATE TABLE notes (author_id INTEGER REFERENCES authors (id) ON DELETE CASCADE)',
    ]);
    const without = sqliteTable('notes', { authorId: integer('author_id') });
    expect(await modelDrift(database, [authors, without])).toEqual([
      'notes lacks FOREIGN KEY (author_id) references authors (id) on delete cascade',
    ]);
    const other = sqliteTable('notes', { authorId: integer('author_id').references(() => authors.id) });
    expect(await modelDrift(database, [authors, other])).toEqual([
      'notes lacks FOREIGN KEY (author_id) references authors (id) on delete cascade',
      'FOREIGN KEY (author_id) references authors (id) of notes is not expected',
    ]);
  });

  it('looks over triggers, views and tables of Tablite, and over no other table', async () => {
    const database = await openWith([
      'CREATE TABLE authors (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)',
      'CREATE VIEW names AS SELECT name FROM authors',
      'CREATE TRIGGER named AFTER INSERT ON authors BEGIN DELETE FROM authors WHERE id = 0; END',
      'CREATE TABLE tablites (id TEXT)',
    ]);
    await database.run('CREATE TABLE tablite_keys (id TEXT)');
    await database.run('CREATE INDEX idx_tablite_keys ON tablite_keys (id)');
    expect(await modelDrift(database, [authors])).toEqual(['table tablites is missing']);
  });

  it('leaves the database as it is', async () => {
    const database = await openWith(createTableStatements([authors]));
    const before = database.values('SELECT sql FROM sqlite_schema');
    await modelDrift(database, [authors, books]);
    expect(database.values('SELECT sql FROM sqlite_schema')).toEqual(before);
  });

  it('of models that make no tables is an error', async () => {
    const database = await openTestDatabase();
    const twice = [authors, authors];
    await expect(modelDrift(database, twice)).rejects.toMatchObject({ name: 'SqlError' });
  });

  it('names no value of a default that does not fit its column', () => {
    // @ts-expect-error A text where a Date is due.
    const wrong = sqliteTable('things', { at: datetime('at').default('hunter2') });
    expect(String(thrownBy(() => createTableStatements([wrong])))).toBe(
      'InvalidValueError: things.at: expected a valid Date of the years 0 to 9999 and was given a text.',
    );
  });
});
