import { describe, expect, it } from 'vitest';
import { memoryStorage, StorageFullError, type Transaction } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { counterOf, INCREMENT, openTestDatabase } from './open-test-database.js';
import { latch, rejection, thrownBy } from './outcome.js';
import { digestOfExport, everythingIn } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };

describe('reading', () => {
  it('gives the rows as objects, the first of them, or the rows as arrays', async () => {
    const database = await openTestDatabase();
    await database.run('INSERT INTO counters (id, value) VALUES (?, ?), (?, ?)', [2, 20, 3, 30]);
    expect(database.all('SELECT id, value FROM counters WHERE id > :least ORDER BY id', { least: 1 })).toEqual([
      { id: 2, value: 20 },
      { id: 3, value: 30 },
    ]);
    expect(database.get('SELECT value FROM counters WHERE id = ?', [3])).toEqual({ value: 30 });
    expect(database.get('SELECT value FROM counters WHERE id = 4')).toBeUndefined();
    expect(database.all('SELECT value FROM counters WHERE id = 4')).toEqual([]);
    expect(database.values('SELECT id, id FROM counters ORDER BY id')).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });

  it('refuses a statement that writes', async () => {
    const database = await openTestDatabase();
    for (const read of ['all', 'get', 'values'] as const)
      expect(thrownBy(() => database[read](INCREMENT))).toMatchObject({ name: 'RefusedStatementError', code: 'REFUSED_WRITE_IN_READ' });
    expect(counterOf(database)).toBe(0);
  });
});

describe('a write', () => {
  it('shows here before it is stored, and elsewhere once it is', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const [here, elsewhere] = [await openTestDatabase(faulty, alone), await openTestDatabase(faulty, alone)];
    const gate = latch();
    faulty.onWrite = async (_, next) => {
      await gate.wait;
      return next();
    };
    const writing = here.run(INCREMENT);
    expect(counterOf(here)).toBe(1);
    await elsewhere.refresh();
    expect(counterOf(elsewhere)).toBe(0);
    gate.open();
    await writing;
    await elsewhere.refresh();
    expect(counterOf(elsewhere)).toBe(1);
  });

  it('resolves with what its callback returned, and a statement with what it changed', async () => {
    const database = await openTestDatabase();
    expect(await database.write((tx) => [tx.get('SELECT count(*) AS n FROM counters')?.['n'], 'text', null])).toEqual([1, 'text', null]);
    expect(await database.write(() => undefined)).toBeUndefined();
    expect(await database.run('INSERT INTO counters (id) VALUES (7), (8)')).toEqual({ changes: 2, lastInsertRowid: 8 });
    expect(await database.run('UPDATE counters SET value = 1 WHERE id > 100')).toMatchObject({ changes: 0 });
  });

  it('gives the rows of RETURNING, all of them made even where only the first is asked for', async () => {
    const database = await openTestDatabase();
    const insert = 'INSERT INTO counters (id, value) VALUES (?, 0), (?, 0) RETURNING id';
    expect(await database.write((tx) => tx.all(insert, [2, 3]))).toEqual([{ id: 2 }, { id: 3 }]);
    expect(await database.write((tx) => tx.get(insert, [4, 5]))).toEqual({ id: 4 });
    expect(await database.write((tx) => tx.values(insert, [6, 7]))).toEqual([[6], [7]]);
    expect(database.get('SELECT count(*) AS n FROM counters')).toEqual({ n: 7 });
  });

  it('that nothing changes is not stored', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty);
    const before = faulty.batches.length;
    await database.write((tx) => tx.all('SELECT * FROM counters'));
    await database.run('UPDATE counters SET value = 1 WHERE id > 100');
    expect(faulty.batches.length).toBe(before);
  });

  it('that could not be stored left no trace, in memory or in storage', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty, alone);
    const before = [await digestOfExport(database), ...(await everythingIn(faulty))];
    faulty.onWrite = () => Promise.reject(new StorageFullError('full'));
    const writing = database.write((tx) => {
      tx.run('CREATE TABLE extra (x)');
      tx.run(INCREMENT);
    });
    expect(database.values('SELECT * FROM extra')).toEqual([]);
    await expect(writing).rejects.toThrow(StorageFullError);
    expect([await digestOfExport(database), ...(await everythingIn(faulty))]).toEqual(before);
    faulty.onWrite = (_, next) => next();
    expect(counterOf(await openTestDatabase(faulty, alone))).toBe(0);
  });
});

describe('a write whose callback', () => {
  it('throws is rolled back, and rejects with that very error', async () => {
    const database = await openTestDatabase();
    const error = new RangeError('the app says no');
    const writing = database.write((tx) => {
      tx.run(INCREMENT);
      throw error;
    });
    expect(counterOf(database)).toBe(0);
    expect(await rejection(writing)).toBe(error);
    await database.run(INCREMENT);
    expect(counterOf(database)).toBe(1);
  });

  it('goes on after a failed statement keeps the others', async () => {
    const database = await openTestDatabase();
    await database.write((tx) => {
      tx.run(INCREMENT);
      expect(() => tx.run('INSERT INTO counters (id) VALUES (1)')).toThrow(/UNIQUE/);
      tx.run(INCREMENT);
    });
    expect(counterOf(database)).toBe(2);
  });

  it('returns a promise is refused, by its type and when it runs', async () => {
    const database = await openTestDatabase();
    // @ts-expect-error: a promise does not compile.
    const writing = database.write(async (tx) => {
      tx.run(INCREMENT);
      throw new Error('not reported as unhandled');
    });
    expect(await rejection(writing)).toMatchInlineSnapshot(
      `[TransactionError: The callback of write() returned a promise. Do what is asynchronous before, and let the callback return plainly.]`,
    );
    expect(await rejection(writing)).toMatchObject({ code: 'TRANSACTION_ASYNC' });
    expect(counterOf(database)).toBe(0);
  });

  it('begins another write has that one refused, and commits', async () => {
    const database = await openTestDatabase();
    const inner: Promise<unknown>[] = [];
    await database.write((tx) => {
      tx.run(INCREMENT);
      inner.push(rejection(database.run('DELETE FROM counters')), rejection(database.vacuum()));
    });
    expect(await inner[0]).toMatchInlineSnapshot(
      `[TransactionError: A write was begun within the callback of another. Use its tx, or await the first one.]`,
    );
    expect(await Promise.all(inner)).toMatchObject([{ code: 'TRANSACTION_NESTED' }, { code: 'TRANSACTION_NESTED' }]);
    expect(counterOf(database)).toBe(1);
  });

  it('gives its tx away gives away nothing of use', async () => {
    const database = await openTestDatabase();
    let kept: Transaction | undefined;
    await database.write((tx) => {
      kept = tx;
    });
    const error = thrownBy(() => kept?.run(INCREMENT));
    expect(error).toMatchInlineSnapshot(`[TransactionError: The transaction has ended: use tx within its callback only.]`);
    expect(error).toMatchObject({ code: 'TRANSACTION_ENDED' });
    expect(counterOf(database)).toBe(0);
  });

  it('reads the database sees what it has written so far', async () => {
    const database = await openTestDatabase();
    await database.write((tx) => {
      tx.run(INCREMENT);
      expect(counterOf(database)).toBe(1);
    });
  });
});
