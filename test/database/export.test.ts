import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { INCREMENT, openTestDatabase } from './open-test-database.js';
import { latch } from './outcome.js';
import { digestOfExport, fileOf, rowsOf } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };

describe('an exported file', () => {
  it('is a SQLite file of its own, whole and with every row', async () => {
    const database = await openTestDatabase();
    for (let id = 2; id <= 500; id++) void database.run('INSERT INTO counters (id, value) VALUES (?, ?)', [id, id * 2]);
    const file = await database.export();
    expect(rowsOf(file, 'PRAGMA integrity_check')).toEqual([['ok']]);
    expect(rowsOf(file, 'SELECT count(*), sum(value) FROM counters')).toEqual([[500, 250_498]]);
    expect(rowsOf(file, 'PRAGMA user_version')).toEqual([[1]]);
    expect(file.length % 4096).toBe(0);
    await database.run('DELETE FROM counters');
    expect(rowsOf(file, 'SELECT count(*) FROM counters')).toEqual([[500]]);
  });

  it('is given once the writes before it are stored', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty, alone);
    const gate = latch();
    faulty.onWrite = async (_, next) => {
      await gate.wait;
      return next();
    };
    let isExported = false;
    const writing = database.run(INCREMENT);
    const exporting = database.export().then((file) => {
      isExported = true;
      return file;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isExported).toBe(false);
    gate.open();
    await writing;
    expect(rowsOf(await exporting, 'SELECT value FROM counters')).toEqual([[1]]);
  });

  it('has nothing of a write that could not be stored', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty, alone);
    faulty.onWrite = () => Promise.reject(new Error('no'));
    const writing = database.run(INCREMENT).catch(() => undefined);
    expect(rowsOf(await database.export(), 'SELECT value FROM counters')).toEqual([[0]]);
    await writing;
  });

  it('imported again gives the same rows, whatever they are and whatever the page size', async () => {
    const value = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 3000 }),
      fc.constant(null),
    );
    const rows = fc.array(fc.tuple(value, value), { maxLength: 20 });
    const pageSizes = fc.constantFrom(512, 1024, 4096, 65_536);
    await fc.assert(
      fc.asyncProperty(rows, pageSizes, async (given, pageSize) => {
        const storage = memoryStorage();
        const options = { migrations: {}, ...alone };
        const database = await openTestDatabase(storage, options);
        await database.import(fileOf(`PRAGMA page_size = ${pageSize}; CREATE TABLE pairs (a, b)`));
        await database.write((tx) => given.forEach((pair) => void tx.run('INSERT INTO pairs VALUES (?, ?)', pair)));
        const before = database.values('SELECT a, b, typeof(a), typeof(b) FROM pairs ORDER BY rowid');
        const other = await openTestDatabase(memoryStorage(), options);
        await other.import(await database.export());
        expect(other.values('SELECT a, b, typeof(a), typeof(b) FROM pairs ORDER BY rowid')).toEqual(before);
        const reopened = await openTestDatabase(storage, options);
        expect(await digestOfExport(reopened)).toBe(await digestOfExport(database));
      }),
      { numRuns: 40 },
    );
  });
});
