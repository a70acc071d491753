import { eq, relations, sql, TransactionRollbackError } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { bytes } from '../../src/drizzle/columns/bytes.js';
import { drizzle } from '../../src/drizzle/drizzle.js';
import { ConstraintError, RefusedStatementError, TransactionError } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { openTestDatabase } from '../database/open-test-database.js';

const authors = sqliteTable('authors', { id: integer().primaryKey(), name: text().notNull().unique(), portrait: bytes() });
const books = sqliteTable('books', {
  id: integer().primaryKey(),
  authorId: integer('author_id')
    .notNull()
    .references(() => authors.id),
  name: text().notNull(),
});
const authorRelations = relations(authors, ({ many }) => ({ books: many(books) }));
const bookRelations = relations(books, ({ one }) => ({ author: one(authors, { fields: [books.authorId], references: [authors.id] }) }));
const schema = { authors, books, authorRelations, bookRelations };
const migrations = [
  {
    name: 'v001_library.sql',
    sql: `CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, portrait BLOB);
      CREATE TABLE books (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES authors, name TEXT NOT NULL);
      INSERT INTO authors (id, name, portrait) VALUES (1, 'Ada', x'00ff80'), (2, 'Lem', NULL);
      INSERT INTO books (id, author_id, name) VALUES (1, 2, 'Solaris'), (2, 2, 'Fiasco'), (3, 1, 'Notes');`,
  },
];

async function open() {
  const storage = memoryStorage();
  const database = await openTestDatabase(storage, { migrations });
  return { storage, database, db: drizzle(database, { schema }) };
}

describe('reading', () => {
  it('is synchronous and gives rows as the tables say', async () => {
    const { db } = await open();
    expect(db.select().from(books).where(eq(books.authorId, 2)).orderBy(books.id).all()).toEqual([
      { id: 1, authorId: 2, name: 'Solaris' },
      { id: 2, authorId: 2, name: 'Fiasco' },
    ]);
    expect(db.select({ name: authors.name }).from(authors).get()).toEqual({ name: 'Ada' });
    expect(db.select().from(books).where(eq(books.id, 9)).get()).toBeUndefined();
    expect(db.select({ id: books.id }).from(books).values()).toEqual([[1], [2], [3]]);
    expect(db.all(sql`SELECT count(*) AS n FROM ${books}`)).toEqual([{ n: 3 }]);
    expect(db.get(sql`SELECT 1 AS one WHERE 0`)).toBeUndefined();
  });

  it('gives bytes as bytes', async () => {
    const { db } = await open();
    expect(db.select({ portrait: authors.portrait }).from(authors).all()).toEqual([
      { portrait: new Uint8Array([0, 255, 128]) },
      { portrait: null },
    ]);
  });

  it('keeps two columns of one name apart in a join', async () => {
    const { db } = await open();
    const row = db.select().from(books).innerJoin(authors, eq(authors.id, books.authorId)).where(eq(books.id, 3)).get();
    expect(row?.books.name).toBe('Notes');
    expect(row?.authors.name).toBe('Ada');
  });

  it('follows relations', async () => {
    const { db } = await open();
    const found = db.query.authors.findMany({ columns: { name: true }, with: { books: { columns: { name: true } } } }).sync();
    expect(found).toEqual([
      { name: 'Ada', books: [{ name: 'Notes' }] },
      { name: 'Lem', books: [{ name: 'Solaris' }, { name: 'Fiasco' }] },
    ]);
    expect(db.query.books.findFirst({ with: { author: true } }).sync()?.author.name).toBe('Lem');
    expect(db.query.books.findFirst({ where: eq(books.id, 9) }).sync()).toBeUndefined();
  });

  it('runs a prepared query with other values each time', async () => {
    const { db } = await open();
    const byId = db
      .select({ name: books.name })
      .from(books)
      .where(eq(books.id, sql.placeholder('id')))
      .prepare();
    expect([1, 2, 9].map((id) => byId.get({ id }))).toEqual([{ name: 'Solaris' }, { name: 'Fiasco' }, undefined]);
  });

  it('refuses what writes, with what to call instead', async () => {
    const { db, database } = await open();
    expect(() => db.all(sql`DELETE FROM ${books} RETURNING id`)).toThrow(RefusedStatementError);
    // @ts-expect-error Only a transaction has insert, update and delete.
    expect(() => db.delete(books).run()).toThrow(RefusedStatementError);
    // @ts-expect-error Likewise.
    expect(() => db.insert(books).values({ authorId: 1, name: 'x' }).returning().get()).toThrow(RefusedStatementError);
    expect(database.get('SELECT count(*) AS n FROM books')).toEqual({ n: 3 });
  });
});

describe('a write', () => {
  it('gives returned rows and the number of changed rows', async () => {
    const { db } = await open();
    const result = await db.write((tx) => ({
      inserted: tx.insert(books).values({ authorId: 1, name: 'New' }).returning().get(),
      updated: tx.update(books).set({ name: 'Same' }).where(eq(books.authorId, 2)).run().changes,
      deleted: tx.delete(books).where(eq(books.id, 3)).returning({ id: books.id }).all(),
      none: tx.delete(books).where(eq(books.id, 99)).run().changes,
    }));
    expect(result).toEqual({ inserted: { id: 4, authorId: 1, name: 'New' }, updated: 2, deleted: [{ id: 3 }], none: 0 });
  });

  it('is stored, and leaves no trace when it throws or rolls back', async () => {
    const { db, storage } = await open();
    await db.write((tx) =>
      tx
        .insert(authors)
        .values({ id: 3, name: 'Eco', portrait: new Uint8Array([1, 2]) })
        .run(),
    );
    await expect(db.write((tx) => tx.insert(authors).values({ id: 4, name: 'Eco' }).run())).rejects.toBeInstanceOf(ConstraintError);
    const rolledBack = db.write((tx) => {
      tx.delete(books).run();
      tx.rollback();
    });
    await expect(rolledBack).rejects.toBeInstanceOf(TransactionRollbackError);
    const other = drizzle(await openTestDatabase(storage, { migrations }));
    expect(other.select().from(authors).where(eq(authors.id, 3)).get()?.portrait).toEqual(new Uint8Array([1, 2]));
    expect(other.$count(books).getSQL()).toBeDefined();
    expect(await other.$count(books)).toBe(3);
  });

  it('nests, and what a nested transaction throws takes back what it did', async () => {
    const { db } = await open();
    await db.write((tx) => {
      tx.delete(books).where(eq(books.id, 1)).run();
      const nested = () =>
        tx.transaction((inner) => {
          inner.delete(books).run();
          inner.transaction((innermost) => innermost.delete(authors).run());
          inner.rollback();
        });
      expect(nested).toThrow(TransactionRollbackError);
      tx.transaction((inner) => inner.delete(books).where(eq(books.id, 2)).run());
    });
    expect(db.select({ id: books.id }).from(books).all()).toEqual([{ id: 3 }]);
  });

  it('keeps nothing when SQL ended the savepoint of a nested transaction, even if its error is caught', async () => {
    const { db } = await open();
    const write = db.write((tx) => {
      tx.run(sql`SAVEPOINT mine`);
      const nested = () =>
        tx.transaction((inner) => {
          inner.delete(books).run();
          inner.run(sql`RELEASE mine`);
        });
      expect(nested).toThrow(TransactionError);
    });
    await expect(write).rejects.toMatchObject({ code: 'TRANSACTION_NESTED' });
    expect(db.select().from(books).all()).toHaveLength(3);
  });

  it('refuses a promise, also of a nested transaction, and leaves no trace', async () => {
    const { db } = await open();
    // @ts-expect-error A write is synchronous.
    await expect(db.write(async (tx) => tx.delete(books).run())).rejects.toMatchObject({ code: 'TRANSACTION_ASYNC' });
    const nested = db.write((tx) => void tx.transaction(async (inner) => inner.delete(books).run()));
    await expect(nested).rejects.toMatchObject({ code: 'TRANSACTION_ASYNC' });
    expect(db.select().from(books).all()).toHaveLength(3);
  });
});

describe("Drizzle's own asynchronous transaction", () => {
  it('is stored when its callback resolves, with its result', async () => {
    const { db, storage } = await open();
    const id = await db.transaction(async (tx) => {
      const [author] = await tx.insert(authors).values({ name: 'Eco' }).returning();
      await new Promise((resolve) => setTimeout(resolve, 0));
      await tx.insert(books).values({ authorId: author?.id ?? 0, name: 'Baudolino' });
      expect(db.select().from(books).all()).toHaveLength(3);
      return author?.id;
    });
    const other = drizzle(await openTestDatabase(storage, { migrations }), { schema });
    expect(other.query.authors.findFirst({ where: eq(authors.id, id ?? 0), with: { books: true } }).sync()?.books).toMatchObject([
      { name: 'Baudolino' },
    ]);
  });

  it('rolls back when it throws, rejects or is rolled back', async () => {
    const { db } = await open();
    const endings: ((tx: { rollback(): never }) => unknown)[] = [
      (tx) => tx.rollback(),
      () => {
        throw new RangeError('no');
      },
      () => Promise.reject(new RangeError('no')),
    ];
    for (const end of endings) {
      const failing = db.transaction(async (tx) => {
        await tx.delete(books);
        await end(tx);
      });
      await expect(failing).rejects.toThrow();
    }
    expect(db.select().from(books).all()).toHaveLength(3);
  });

  it('nests: a nested rollback takes back what it did, and an outer one everything', async () => {
    const { db } = await open();
    await db.transaction(async (tx) => {
      await tx.delete(books).where(eq(books.id, 1));
      const nested = tx.transaction(async (inner) => {
        await inner.delete(books);
        await inner.transaction(async (innermost) => {
          await innermost.delete(authors);
        });
        inner.rollback();
      });
      await expect(nested).rejects.toBeInstanceOf(TransactionRollbackError);
      await tx.transaction(async (inner) => inner.delete(books).where(eq(books.id, 2)).run());
    });
    expect(db.select({ id: books.id }).from(books).all()).toEqual([{ id: 3 }]);
    const failing = db.transaction(async (tx) => {
      await tx.transaction(async (inner) => inner.delete(books).run());
      tx.rollback();
    });
    await expect(failing).rejects.toBeInstanceOf(TransactionRollbackError);
    expect(db.select().from(books).all()).toHaveLength(1);
  });

  it('is run again on the newer state when another tab changed what it used', async () => {
    const { db, storage } = await open();
    const other = await openTestDatabase(storage, { migrations });
    let attempts = 0;
    await db.transaction(async (tx) => {
      const row = await tx.select().from(books).where(eq(books.id, 1)).get();
      if (++attempts === 1) await other.run("UPDATE books SET name = 'Éden' WHERE id = 1");
      await tx
        .update(books)
        .set({ name: `${row?.name}!` })
        .where(eq(books.id, 1));
    });
    expect(attempts).toBe(2);
    expect(db.select().from(books).where(eq(books.id, 1)).get()?.name).toBe('Éden!');
  });
});

describe('a statement that is built and never run', () => {
  it('fails the transaction, which would have lost it', async () => {
    const { db } = await open();
    const lost = [
      db.write((tx) => {
        tx.insert(books).values({ authorId: 1, name: 'x' });
      }),
      db.write((tx) => {
        tx.update(books).set({ name: 'x' }).where(eq(books.id, 1));
      }),
      db.write((tx) => {
        tx.transaction((inner) => {
          inner.delete(books);
        });
      }),
      db.transaction(async (tx) => {
        tx.insert(books).values({ authorId: 1, name: 'x' });
      }),
      db.transaction(async (tx) => {
        await tx.transaction(async (inner) => void inner.delete(books));
      }),
      db.write((tx) => {
        const cte = tx.$with('first').as(tx.select({ id: books.id }).from(books));
        tx.with(cte).delete(books);
      }),
      // @ts-expect-error A statement that was not run is no result.
      db.write((tx) => tx.insert(books).values({ authorId: 1, name: 'x' })),
    ];
    for (const write of lost) await expect(write).rejects.toMatchObject({ code: 'TRANSACTION_UNRUN' });
    expect(db.select().from(books).all()).toHaveLength(3);
  });

  it('does not matter once the nested transaction that built it was taken back', async () => {
    const { db } = await open();
    const never = () => {
      throw new RangeError('no');
    };
    await db.write((tx) => {
      const nested = () =>
        tx.transaction((inner) => {
          inner.delete(books);
          never();
        });
      expect(nested).toThrow(RangeError);
    });
    await db.transaction(async (tx) => {
      const nested = tx.transaction(async (inner) => {
        inner.delete(books);
        never();
      });
      await expect(nested).rejects.toThrow(RangeError);
    });
    expect(db.select().from(books).all()).toHaveLength(3);
  });

  it('is none when it was run, awaited, prepared, or failed as it was run', async () => {
    const { db } = await open();
    await db.write((tx) => {
      tx.insert(books).values({ authorId: 1, name: 'a' }).run();
      tx.insert(books).values({ authorId: 1, name: 'b' }).returning().get();
      tx.insert(books).values({ authorId: 1, name: 'c' }).onConflictDoNothing().returning().all();
      tx.update(books).set({ name: 'd' }).where(eq(books.id, 1)).prepare().run();
      expect(tx.delete(books).toSQL().sql).toContain('delete');
      expect(() => tx.insert(authors).values({ id: 1, name: 'Ada' }).run()).toThrow(ConstraintError);
    });
    await db.transaction(async (tx) => {
      await tx.delete(books).where(eq(books.id, 2));
      await tx.insert(books).values({ authorId: 1, name: 'e' }).returning();
    });
    expect(
      db
        .select({ name: books.name })
        .from(books)
        .all()
        .map(({ name }) => name),
    ).toEqual(['d', 'Notes', 'a', 'b', 'c', 'e']);
  });
});

describe('errors', () => {
  it('of a text of SQL are those of the database, too', async () => {
    const { db } = await open();
    const twice = sql`INSERT INTO authors (id, name) VALUES (1, 'Ada')`;
    await expect(db.write((tx) => tx.run(twice).changes)).rejects.toBeInstanceOf(ConstraintError);
    await expect(db.transaction(async (tx) => tx.run(twice).changes)).rejects.toBeInstanceOf(ConstraintError);
    // @ts-expect-error Only a transaction has run.
    expect(() => db.run(twice)).toThrow(RefusedStatementError);
  });

  it('name a callback that is none', async () => {
    const { db } = await open();
    // @ts-expect-error A write takes a function.
    await expect(db.write('x')).rejects.toMatchObject({ code: 'USAGE' });
    // @ts-expect-error Likewise.
    await expect(db.transaction(undefined)).rejects.toMatchObject({ code: 'USAGE' });
    // @ts-expect-error Likewise.
    await expect(db.write((tx) => tx.transaction('x'))).rejects.toMatchObject({ code: 'USAGE' });
    // @ts-expect-error Likewise.
    await expect(db.transaction((tx) => tx.transaction('x'))).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('refuse a nested transaction that is over', async () => {
    const { db } = await open();
    await db.write((tx) => {
      const late = tx.transaction((inner) => inner);
      expect(() => late.delete(books).run()).toThrowError(expect.objectContaining({ code: 'TRANSACTION_ENDED' }));
    });
    expect(db.select().from(books).all()).toHaveLength(3);
  });

  it('refuse writing behind a common table expression, when it is compiled and when it is run', async () => {
    const { db } = await open();
    const cte = db.$with('first').as(db.select({ id: books.id }).from(books).limit(1));
    expect(db.with(cte).select().from(cte).all()).toEqual([{ id: 1 }]);
    // @ts-expect-error Only a transaction writes.
    expect(() => db.with(cte).delete(books).run()).toThrow(RefusedStatementError);
  });

  it('name a column of bytes that holds or is given something else', async () => {
    const { db, database } = await open();
    await database.run("UPDATE authors SET portrait = 'text' WHERE id = 1");
    expect(() => db.select().from(authors).all()).toThrowError(
      expect.objectContaining({ code: 'COLUMN_BYTES', column: 'authors.portrait' }),
    );
    // @ts-expect-error A text is no bytes.
    const text = db.write((tx) => tx.insert(authors).values({ name: 'x', portrait: 'text' }).run().changes);
    await expect(text).rejects.toMatchObject({ code: 'COLUMN_BYTES' });
    await database.run("UPDATE authors SET portrait = x'01' WHERE id = 1");
    expect(() => db.query.books.findMany({ with: { author: true } }).sync()).toThrowError(
      expect.objectContaining({ code: 'COLUMN_BYTES' }),
    );
  });
});
