import { describe, expect, it } from 'vitest';
import { type AsyncTransaction, ClosedError, ConflictError, type Database, OutdatedError, StorageFullError } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { counterChain, counterOf, INCREMENT, openTestDatabase } from './open-test-database.js';

const offline = { environment: { openChannel: noChannels } };
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Two tables on pages of their own. */
const twoTables = [
  ...counterChain,
  {
    name: 'v002_notes.sql',
    sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL); INSERT INTO notes VALUES (1, 'first');",
  },
];

async function openTwo(): Promise<[Database, Database]> {
  const storage = memoryStorage();
  return [await openTestDatabase(storage, offline), await openTestDatabase(storage, offline)];
}

describe('an asynchronous transaction', () => {
  it('is stored whole when its callback resolves, and resolves with its result', async () => {
    const storage = memoryStorage();
    const db = await openTestDatabase(storage);
    const result = await db.transaction(async (tx) => {
      tx.run(INCREMENT);
      await turn();
      tx.run(INCREMENT);
      return tx.get<{ value: number }>('SELECT value FROM counters')?.value;
    });
    expect(result).toBe(2);
    expect(counterOf(await openTestDatabase(storage))).toBe(2);
  });

  it('is seen by nobody and waited for by nobody while it runs', async () => {
    const [a, b] = await openTwo();
    let end: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      end = resolve;
    });
    const changes: unknown[] = [];
    a.subscribe('all', ({ seq }) => changes.push(seq));
    const running = a.transaction(async (tx) => {
      tx.run('INSERT INTO counters (id, value) VALUES (7, 7)');
      await gate;
    });
    await turn();
    expect(a.values('SELECT id FROM counters')).toEqual([[1]]);
    await a.refresh();
    await b.run(INCREMENT);
    expect(changes).toEqual([]);
    await expect(a.export()).resolves.toBeInstanceOf(Uint8Array);
    end();
    await running;
    expect(a.values('SELECT id, value FROM counters')).toEqual([
      [1, 1],
      [7, 7],
    ]);
    expect(changes).toHaveLength(2);
  });

  it('sees the state in which it began, whatever is committed meanwhile', async () => {
    const [a, b] = await openTwo();
    const seen: unknown[] = [];
    await a.transaction(async (tx) => {
      seen.push(tx.values('SELECT value FROM counters'));
      await b.run(INCREMENT);
      await a.refresh();
      seen.push(tx.values('SELECT value FROM counters'));
    });
    expect(seen).toEqual([[[0]], [[0]]]);
    expect(counterOf(a)).toBe(1);
  });

  it('is run again on the newer state when another tab changed what it used', async () => {
    const [a, b] = await openTwo();
    let attempts = 0;
    await a.transaction(async (tx) => {
      attempts++;
      const value = Number(tx.values('SELECT value FROM counters')[0]?.[0]);
      if (attempts === 1) await b.run('UPDATE counters SET value = 10');
      tx.run('UPDATE counters SET value = ?', [value + 1]);
    });
    expect(attempts).toBe(2);
    expect(counterOf(a)).toBe(11);
  });

  it('is run again when a write of its own tab changed what it used', async () => {
    const db = await openTestDatabase();
    let attempts = 0;
    await db.transaction(async (tx) => {
      tx.run(INCREMENT);
      if (++attempts === 1) await db.run('UPDATE counters SET value = 10');
    });
    expect([attempts, counterOf(db)]).toEqual([2, 11]);
  });

  it('is kept as it is when others changed other pages only', async () => {
    const storage = memoryStorage();
    const options = { ...offline, migrations: twoTables };
    const [a, b] = [await openTestDatabase(storage, options), await openTestDatabase(storage, options)];
    let attempts = 0;
    await a.transaction(async (tx) => {
      attempts++;
      tx.run(INCREMENT);
      await b.run("UPDATE notes SET body = 'by another tab'");
      await a.run("UPDATE notes SET body = body || ', and this one'");
    });
    expect(attempts).toBe(1);
    await Promise.all([a.refresh(), b.refresh()]);
    for (const db of [a, b]) {
      expect([counterOf(db), db.values('SELECT body FROM notes')]).toEqual([1, [['by another tab, and this one']]]);
      expect(db.values('PRAGMA integrity_check')).toEqual([['ok']]);
    }
  });

  it('is given up with ConflictError, and leaves no trace, when somebody is always first', async () => {
    const db = await openTestDatabase();
    let attempts = 0;
    const losing = db.transaction(async (tx) => {
      attempts++;
      tx.run('INSERT INTO counters (id) VALUES (2)');
      await db.run(INCREMENT);
    });
    await expect(losing).rejects.toBeInstanceOf(ConflictError);
    expect(attempts).toBe(20);
    expect(db.values('SELECT id, value FROM counters')).toEqual([[1, 20]]);
  });

  it('that throws leaves no trace and rejects with what was thrown', async () => {
    const db = await openTestDatabase();
    const before = await db.export();
    const failing = db.transaction(async (tx) => {
      tx.run(INCREMENT);
      await turn();
      throw new RangeError('the app changed its mind');
    });
    await expect(failing).rejects.toBeInstanceOf(RangeError);
    expect(await db.export()).toEqual(before);
  });

  it('tells subscribers the tables that it wrote, once', async () => {
    const db = await openTestDatabase(memoryStorage(), { migrations: twoTables });
    const told: unknown[] = [];
    db.subscribe('all', ({ tables, origin }) => told.push([tables, origin]));
    await db.transaction(async (tx) => {
      tx.run(INCREMENT);
      tx.get('SELECT * FROM notes');
    });
    await db.transaction(async (tx) => tx.get('SELECT * FROM notes'));
    expect(told).toEqual([[['counters'], 'own']]);
  });

  it('changes the schema for every tab, and is run again on a schema that another tab changed', async () => {
    const [a, b] = await openTwo();
    let attempts = 0;
    await a.transaction(async (tx) => {
      attempts++;
      tx.run('CREATE TABLE mine (x)');
      if (attempts === 1) await b.write((other) => other.run('CREATE TABLE theirs (y)'));
      tx.run('INSERT INTO mine VALUES (1)');
    });
    await b.refresh();
    expect(attempts).toBe(2);
    for (const db of [a, b]) expect([db.all('SELECT x FROM mine'), db.all('SELECT y FROM theirs')]).toEqual([[{ x: 1 }], []]);
  });

  it('undoes with the queue when the storage is full, and rejects with StorageFullError', async () => {
    const storage = new FaultyStorage(memoryStorage());
    const db = await openTestDatabase(storage);
    storage.onWrite = () => Promise.reject(new StorageFullError('full'));
    await expect(db.transaction(async (tx) => tx.run(INCREMENT))).rejects.toBeInstanceOf(StorageFullError);
    expect(counterOf(db)).toBe(0);
    storage.onWrite = (_, next) => next();
    await db.transaction(async (tx) => tx.run(INCREMENT));
    expect(counterOf(db)).toBe(1);
  });

  it('rejects with ClosedError when the database was closed meanwhile, and with OutdatedError when the schema moved on', async () => {
    const storage = memoryStorage();
    const [a, b] = [await openTestDatabase(storage, offline), await openTestDatabase(storage, { ...offline, migrations: counterChain })];
    const closing = a.transaction(async (tx) => {
      tx.run(INCREMENT);
      await a.close();
    });
    await expect(closing).rejects.toBeInstanceOf(ClosedError);
    await expect(a.transaction(async () => 1)).rejects.toBeInstanceOf(ClosedError);
    const moving = b.transaction(async (tx) => {
      tx.run(INCREMENT);
      await (await openTestDatabase(storage, { ...offline, migrations: twoTables })).close();
    });
    await expect(moving).rejects.toBeInstanceOf(OutdatedError);
    expect(await b.transaction(async (tx) => tx.values('SELECT count(*) FROM notes'))).toEqual([[1]]);
  });

  it('is refused within the callback of a write, and its tx after it ended', async () => {
    const db = await openTestDatabase();
    let nested: Promise<unknown> | undefined;
    await db.write((tx) => {
      nested = db.transaction(async () => tx.run(INCREMENT));
      nested.catch(() => undefined);
    });
    await expect(nested).rejects.toMatchObject({ code: 'TRANSACTION_NESTED' });
    const late = await db.transaction(async (tx) => tx);
    expect(() => late.run(INCREMENT)).toThrowError(expect.objectContaining({ code: 'TRANSACTION_ENDED' }));
    // @ts-expect-error a callback has to be a function
    await expect(db.transaction('UPDATE')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('refuses what a write refuses', async () => {
    const db = await openTestDatabase();
    await expect(db.transaction(async (tx) => tx.run('COMMIT'))).rejects.toMatchObject({ code: 'REFUSED_STATEMENT' });
    await expect(db.transaction(async (tx) => tx.run('VACUUM'))).rejects.toMatchObject({ code: 'REFUSED_STATEMENT' });
  });
});

describe('a transaction and the end of the file', () => {
  async function seenBy(db: Database): Promise<unknown[][]> {
    await db.refresh();
    return [db.values('PRAGMA integrity_check'), db.values('SELECT length(body), hex(substr(body, 10000, 2)) FROM files')];
  }

  it('stores pages that look like stale ones behind the end', async () => {
    const storage = memoryStorage();
    const slow = new FaultyStorage(storage);
    const [db, other] = [await openTestDatabase(slow, offline), await openTestDatabase(storage, offline)];
    const blob = new Uint8Array(20_000).fill(7);
    await db.run('CREATE TABLE files (body BLOB)');
    let idle: Promise<unknown> | undefined;
    slow.onWrite = (_, next) => {
      // A write without effect behind the commit keeps the stale pages in memory.
      idle ??= db.write(() => undefined);
      return next();
    };
    const add = (tx: AsyncTransaction) => tx.run('INSERT INTO files VALUES (?)', [blob]);
    await db.transaction(async (tx) => {
      tx.run(INCREMENT);
      const nested = tx.transaction(async (inner) => {
        add(inner);
        throw new RangeError('the app changed its mind');
      });
      await expect(nested).rejects.toBeInstanceOf(RangeError);
    });
    await idle;
    await other.refresh();
    await db.transaction(async (tx) => add(tx));
    expect(await seenBy(other)).toEqual([[['ok']], [[20_000, '0707']]]);
  });

  it('is not run again because others made the file longer, while it takes no page itself', async () => {
    const db = await openTestDatabase();
    await db.run('CREATE TABLE files (body BLOB)');
    let attempts = 0;
    await db.transaction(async (tx) => {
      attempts++;
      tx.run(INCREMENT);
      await db.run('INSERT INTO files VALUES (zeroblob(50000))');
    });
    expect([attempts, counterOf(db)]).toEqual([1, 1]);
    expect(db.values('PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('is run again when it takes pages and others took some', async () => {
    const storage = memoryStorage();
    const db = await openTestDatabase(storage, offline);
    await db.run('CREATE TABLE files (body BLOB)');
    let attempts = 0;
    await db.transaction(async (tx) => {
      tx.run('INSERT INTO files VALUES (?)', [new Uint8Array(20_000).fill(7)]);
      if (++attempts === 1) await db.run('CREATE TABLE others (body)');
    });
    expect(attempts).toBe(2);
    expect(await seenBy(await openTestDatabase(storage, offline))).toEqual([[['ok']], [[20_000, '0707']]]);
  });

  it('is run again when it frees pages and others made the file longer', async () => {
    const db = await openTestDatabase();
    await db.run('CREATE TABLE files (body BLOB)');
    await db.run('CREATE TABLE others (body BLOB)');
    await db.run('INSERT INTO files VALUES (zeroblob(50000))');
    let attempts = 0;
    await db.transaction(async (tx) => {
      tx.run('DELETE FROM files');
      if (++attempts === 1) await db.run('INSERT INTO others VALUES (zeroblob(50000))');
    });
    expect([attempts, db.values('SELECT count(*) FROM files')]).toEqual([2, [[0]]]);
    expect(db.values('PRAGMA integrity_check')).toEqual([['ok']]);
  });
});

describe('a nested transaction', () => {
  const insert = (tx: AsyncTransaction, id: number) => tx.run('INSERT INTO counters (id) VALUES (?)', [id]);
  const ids = (db: Database) => db.values('SELECT id FROM counters').map(([id]) => id);

  it('that throws takes back what it did, and no more', async () => {
    const db = await openTestDatabase();
    await db.transaction(async (tx) => {
      insert(tx, 2);
      const failing = tx.transaction(async (inner) => {
        insert(inner, 3);
        await inner.transaction(async (innermost) => insert(innermost, 4));
        throw new RangeError('no');
      });
      await expect(failing).rejects.toBeInstanceOf(RangeError);
      await tx.transaction(async (inner) => insert(inner, 5));
      insert(tx, 6);
    });
    expect(ids(db)).toEqual([1, 2, 5, 6]);
  });

  it('takes everything back with the outer one', async () => {
    const db = await openTestDatabase();
    const failing = db.transaction(async (tx) => {
      await tx.transaction(async (inner) => insert(inner, 2));
      throw new RangeError('no');
    });
    await expect(failing).rejects.toBeInstanceOf(RangeError);
    expect(ids(db)).toEqual([1]);
  });

  it('has the connection for itself while it is open', async () => {
    const db = await openTestDatabase();
    await db.transaction(async (tx) => {
      await tx.transaction(async () => {
        expect(() => insert(tx, 2)).toThrowError(expect.objectContaining({ code: 'TRANSACTION_NESTED' }));
        await expect(tx.transaction(async () => 1)).rejects.toMatchObject({ code: 'TRANSACTION_NESTED' });
      });
      const inner = await tx.transaction(async (each) => each);
      expect(() => insert(inner, 2)).toThrowError(expect.objectContaining({ code: 'TRANSACTION_ENDED' }));
    });
    expect(ids(db)).toEqual([1]);
  });

  it('that is not awaited fails the whole transaction', async () => {
    const db = await openTestDatabase();
    let late: Promise<unknown> | undefined;
    const failing = db.transaction(async (tx) => {
      late = tx.transaction(async (inner) => {
        insert(inner, 2);
        await turn();
        insert(inner, 3);
      });
      late.catch(() => undefined);
    });
    await expect(failing).rejects.toMatchObject({ code: 'TRANSACTION_NESTED' });
    await expect(late).rejects.toMatchObject({ code: 'TRANSACTION_ENDED' });
    expect(ids(db)).toEqual([1]);
  });

  it('that SQLite rolls back by itself ends the whole transaction with its error', async () => {
    const db = await openTestDatabase();
    const failing = db.transaction(async (tx) => {
      insert(tx, 2);
      await tx.transaction(async (inner) => inner.run('INSERT OR ROLLBACK INTO counters (id) VALUES (1)')).catch(() => undefined);
      insert(tx, 3);
    });
    await expect(failing).rejects.toMatchObject({ code: 'SQL_CONSTRAINT' });
    expect(ids(db)).toEqual([1]);
  });

  it('within one that has failed is over as well, whatever it still does', async () => {
    const db = await openTestDatabase();
    const going = [(inner: AsyncTransaction) => void insert(inner, 77), () => undefined];
    for (const goOn of going) await endsWithItsOuter(db, goOn);
  });

  async function endsWithItsOuter(db: Database, goOn: (inner: AsyncTransaction) => void): Promise<void> {
    let late: Promise<unknown> | undefined;
    await db.run('DELETE FROM counters WHERE id > 1');
    await db.transaction(async (tx) => {
      const failing = tx.transaction(async (inner) => {
        late = inner.transaction(async (innermost) => {
          await turn();
          await turn();
          goOn(innermost);
        });
        late.catch(() => undefined);
        throw new RangeError('no');
      });
      await expect(failing).rejects.toBeInstanceOf(RangeError);
      await tx.transaction(async (sibling) => {
        insert(sibling, 88);
        await expect(late).rejects.toMatchObject({ code: 'TRANSACTION_ENDED' });
        insert(sibling, 89);
      });
    });
    expect(ids(db)).toEqual([1, 88, 89]);
  }

  it('in which a savepoint around it is released fails the whole transaction', async () => {
    const db = await openTestDatabase();
    const failing = db.transaction(async (tx) => {
      tx.run('SAVEPOINT mine');
      const nested = tx.transaction(async (inner) => {
        insert(inner, 5);
        inner.run('RELEASE mine');
        throw new RangeError('no');
      });
      await nested.catch(() => undefined);
      insert(tx, 6);
    });
    await expect(failing).rejects.toMatchObject({ code: 'TRANSACTION_NESTED' });
    expect(ids(db)).toEqual([1]);
  });

  it('that is rolled back tells subscribers nothing of its tables', async () => {
    const db = await openTestDatabase(memoryStorage(), { migrations: twoTables });
    const told: unknown[] = [];
    db.subscribe('all', ({ tables }) => told.push(tables));
    await db.transaction(async (tx) => {
      const nested = tx.transaction(async (inner) => {
        inner.run('DELETE FROM notes');
        throw new RangeError('no');
      });
      await nested.catch(() => undefined);
      insert(tx, 2);
    });
    expect(told).toEqual([['counters']]);
  });

  it('takes a function, and lists a number of rows', async () => {
    const db = await openTestDatabase();
    // @ts-expect-error a callback has to be a function
    await expect(db.transaction((tx) => tx.transaction('x'))).rejects.toMatchObject({ code: 'USAGE' });
    const negative = db.transaction(async (tx) => tx.values('INSERT INTO counters (id) VALUES (9) RETURNING id', [], -1));
    await expect(negative).rejects.toMatchObject({ code: 'USAGE' });
    expect(ids(db)).toEqual([1]);
  });
});
