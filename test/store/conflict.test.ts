import { describe, expect, it } from 'vitest';
import { ConflictError, SqlError, StorageFullError } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { counterOf, INCREMENT, openTestDatabase } from '../database/open-test-database.js';
import { engine } from '../engine/open-connection.js';
import { FaultyStorage, ManualClock, noChannels, settle } from './fakes.js';

const offline = { environment: { openChannel: noChannels } };

describe('a write that loses to another tab', () => {
  it('is undone, caught up with, and run again on the newer state', async () => {
    const storage = memoryStorage();
    const [a, b] = [await openTestDatabase(storage, offline), await openTestDatabase(storage, offline)];
    await a.run('UPDATE counters SET value = 10');
    const seen: unknown[] = [];
    await b.write((tx) => {
      seen.push(tx.get('SELECT value FROM counters')?.['value']);
      tx.run(INCREMENT);
    });
    expect(seen).toEqual([0, 10]);
    expect(counterOf(b)).toBe(11);
    await a.refresh();
    expect(counterOf(a)).toBe(11);
  });

  it('takes the writes that waited behind it along', async () => {
    const shared = memoryStorage();
    const faulty = new FaultyStorage(shared);
    const [a, b] = [await openTestDatabase(shared, offline), await openTestDatabase(faulty, offline)];
    await a.run('UPDATE counters SET value = 100');
    const order: string[] = [];
    const first = b.write((tx) => {
      order.push('first');
      tx.run(INCREMENT);
    });
    await Promise.resolve();
    const second = b.write((tx) => {
      order.push('second');
      tx.run('UPDATE counters SET value = value * 2');
    });
    await Promise.all([first, second]);
    expect(counterOf(b)).toBe(202);
    expect(order.slice(-2)).toEqual(['first', 'second']);
    expect(order.length).toBeGreaterThan(2);
  });

  it('rejects with what its callback throws on the newer state', async () => {
    const storage = memoryStorage();
    const [a, b] = [await openTestDatabase(storage, offline), await openTestDatabase(storage, offline)];
    await a.run('INSERT INTO counters (id) VALUES (2)');
    await expect(b.run('INSERT INTO counters (id) VALUES (2)')).rejects.toMatchObject({
      name: 'ConstraintError',
      kind: 'unique',
      table: 'counters',
      columns: ['id'],
    });
    expect(b.values('SELECT id FROM counters')).toEqual([[1], [2]]);
  });

  it('sees the schema of the tab that was first, when both changed it', async () => {
    const storage = memoryStorage();
    const [a, b] = [await openTestDatabase(storage, offline), await openTestDatabase(storage, offline)];
    await a.write((tx) => void tx.run('CREATE TABLE theirs (x)'));
    await b.write((tx) => {
      tx.run('CREATE TABLE mine (y)');
      tx.run('INSERT INTO mine VALUES (1)');
    });
    expect(b.values('SELECT * FROM mine')).toEqual([[1]]);
    expect(b.values('SELECT * FROM theirs')).toEqual([]);
    expect(b.values('PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('is given up after many conflicts in a row, and leaves nothing', async () => {
    const shared = memoryStorage();
    const faulty = new FaultyStorage(shared);
    const clock = new ManualClock();
    const [a, b] = [
      await openTestDatabase(shared, offline),
      await openTestDatabase(faulty, { environment: { openChannel: noChannels, clock } }),
    ];
    faulty.onWrite = async (_, next) => {
      await a.run(INCREMENT);
      return next();
    };
    let outcome: unknown;
    b.run('UPDATE counters SET value = -1').catch((error: unknown) => {
      outcome = error;
    });
    while (outcome === undefined) await clock.advance(100);
    expect(outcome).toBeInstanceOf(ConflictError);
    await b.refresh();
    expect(counterOf(b)).toBe(counterOf(a));
  });
});

describe('a database that slept through a checkpoint', () => {
  it('reads everything anew and goes on', async () => {
    const storage = memoryStorage();
    const [awake, asleep] = [await openTestDatabase(storage, offline), await openTestDatabase(storage, offline)];
    for (let n = 0; n < 500; n++) await awake.run(INCREMENT);
    await settle();
    await asleep.run(INCREMENT);
    expect(counterOf(asleep)).toBe(501);
    await awake.refresh();
    expect(counterOf(awake)).toBe(501);
  });
});

describe('writes that wait together', () => {
  it('become one commit, each with its own transaction and its own error', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty);
    const before = faulty.commits.length;
    const results = await Promise.allSettled([
      database.run(INCREMENT),
      database.run('INSERT INTO counters (id) VALUES (1)'),
      database.run(INCREMENT),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(faulty.commits.length - before).toBe(1);
    expect(counterOf(database)).toBe(2);
  });

  it('are tried one by one when together they do not fit', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty);
    await database.write((tx) => void tx.run('CREATE TABLE blobs (id INTEGER PRIMARY KEY, body)'));
    faulty.onWrite = async (batch, next) => {
      const bytes = batch.adds?.reduce((sum, { value }) => sum + (value as { bytes: Uint8Array }).bytes.length, 0) ?? 0;
      if (bytes > 100_000) throw new StorageFullError('full');
      return next();
    };
    const insert = (id: number, size: number) => database.run('INSERT INTO blobs VALUES (?, ?)', [id, new Uint8Array(size).fill(id)]);
    const writes = [insert(1, 10), insert(2, 200_000), insert(3, 10)];
    await Promise.resolve();
    const late = insert(4, 10);
    const results = await Promise.allSettled([...writes, late]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(database.values('SELECT id FROM blobs')).toEqual([[1], [3], [4]]);
    expect(database.status.state).toBe('ready');
    const reopened = await openTestDatabase(faulty);
    expect(reopened.values('SELECT id FROM blobs')).toEqual([[1], [3], [4]]);
  });
});

describe('a write that follows another within its turn', () => {
  it('is not in an export that was asked for before, and not lost', async () => {
    const database = await openTestDatabase(memoryStorage(), offline);
    const exporting = database.export();
    let second: Promise<unknown> | undefined;
    await database.run(INCREMENT).then(() => {
      second = database.run(INCREMENT);
    });
    const file = await exporting;
    await second;
    const copy = await openTestDatabase();
    await copy.import(file);
    expect(counterOf(database)).toBe(2);
    // What it holds is durable: both of the writes, since the second was made before it was taken.
    expect(counterOf(copy)).toBe(2);
  });
});

describe('a replica that cannot be made', () => {
  it('fails the catch-up and the write that waits, and nothing hangs', async () => {
    const storage = memoryStorage();
    const other = await openTestDatabase(storage, offline);
    let isOutOfMemory = false;
    const loadEngine = async () => ({
      ...engine,
      connect: (...parts: Parameters<typeof engine.connect>) => {
        if (isOutOfMemory) throw new SqlError('SQL_MEMORY', 'out of memory', '');
        return engine.connect(...parts);
      },
    });
    const database = await openTestDatabase(storage, { environment: { ...offline.environment, loadEngine } });
    await other.import(await other.export());
    isOutOfMemory = true;
    const catchingUp = database.refresh();
    const writing = database.run(INCREMENT);
    await expect(catchingUp).rejects.toThrow('out of memory');
    await expect(writing).rejects.toThrow('out of memory');
    isOutOfMemory = false;
    await database.run(INCREMENT);
    expect(counterOf(database)).toBe(1);
  });
});
