import { describe, expect, it } from 'vitest';
import { type Database, type ImportOptions, memoryStorage, UsageError } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { counterOf, INCREMENT, openTestDatabase } from './open-test-database.js';
import { counterFile, digestOf, digestOfExport, fileOf, rowsOf } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };

async function openTwo(): Promise<{ here: Database; there: Database; reopened: () => Promise<Database> }> {
  const storage = memoryStorage();
  const open = () => openTestDatabase(storage, alone);
  return { here: await open(), there: await open(), reopened: open };
}

const PAGE_SIZES = [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];

describe('an import', () => {
  it('replaces everything, here, in other tabs and in storage', async () => {
    const { here, there, reopened } = await openTwo();
    await here.write((tx) => {
      tx.run('CREATE TABLE own (x)');
      tx.run(INCREMENT);
    });
    await here.import(counterFile(42));
    await there.refresh();
    for (const database of [here, there, await reopened()]) {
      expect(counterOf(database)).toBe(42);
      expect(database.values("SELECT name FROM sqlite_schema WHERE name = 'own'")).toEqual([]);
    }
  });

  it('leaves the bytes that it was given alone', async () => {
    const { here } = await openTwo();
    const file = counterFile(1, 'PRAGMA auto_vacuum = FULL');
    file.set([2, 2], 18);
    const before = digestOf(file);
    await here.import(file);
    await here.run(INCREMENT);
    expect(digestOf(file)).toBe(before);
  });

  it.each(PAGE_SIZES)('takes pages of %i bytes, and both tabs write on', async (pageSize) => {
    const { here, there, reopened } = await openTwo();
    await here.import(counterFile(10, `PRAGMA page_size = ${pageSize}`));
    expect(here.values('PRAGMA page_size')).toEqual([[pageSize]]);
    await here.run(INCREMENT);
    await there.run(INCREMENT);
    await there.run('INSERT INTO counters VALUES (2, 5), (3, 5)');
    await here.refresh();
    for (const database of [here, there, await reopened()]) {
      expect(database.values('SELECT value FROM counters ORDER BY id')).toEqual([[12], [5], [5]]);
      expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
    }
    const file = await here.export();
    expect(file.length % pageSize).toBe(0);
    expect(rowsOf(file, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('changes the page size under a write that waits behind it', async () => {
    const { here, reopened } = await openTwo();
    const importing = here.import(counterFile(10, 'PRAGMA page_size = 512'));
    const writing = here.run(INCREMENT);
    await Promise.all([importing, writing]);
    expect([0, 1, 10, 11]).toContain(counterOf(here));
    expect(counterOf(await reopened())).toBe(counterOf(here));
  });

  it('and a commit of another tab at the same time come one after the other', async () => {
    for (const pageSize of [512, 4096, 65_536]) {
      const { here, there, reopened } = await openTwo();
      const results = await Promise.allSettled([
        here.import(counterFile(100, `PRAGMA page_size = ${pageSize}`)),
        there.run(INCREMENT),
        there.run('INSERT INTO counters VALUES (2, 7)'),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
      await Promise.all([here.refresh(), there.refresh()]);
      const image = await digestOfExport(here);
      expect(await digestOfExport(there)).toBe(image);
      expect(await digestOfExport(await reopened())).toBe(image);
      expect([100, 101]).toContain(counterOf(here));
    }
  });

  it('by two tabs at once keeps one file or the other, whole', async () => {
    const { here, there } = await openTwo();
    await Promise.all([here.import(counterFile(100)), there.import(counterFile(200, 'PRAGMA page_size = 8192'))]);
    await Promise.all([here.refresh(), there.refresh()]);
    expect([100, 200]).toContain(counterOf(here));
    expect(await digestOfExport(there)).toBe(await digestOfExport(here));
  });

  it('takes a file in WAL mode', async () => {
    const { here } = await openTwo();
    const file = counterFile(3);
    file.set([2, 2], 18);
    await here.import(file);
    await here.run(INCREMENT);
    expect([...(await here.export()).subarray(18, 20)]).toEqual([1, 1]);
    expect(counterOf(here)).toBe(4);
  });

  it.each(['FULL', 'INCREMENTAL'])('takes a file with auto_vacuum = %s, and stops it from truncating itself', async (mode) => {
    const { here, there } = await openTwo();
    await here.import(counterFile(3, `PRAGMA auto_vacuum = ${mode}`));
    expect((await here.export()).subarray(52, 56)).toEqual(new Uint8Array(4));
    await here.run('CREATE TABLE filling AS SELECT randomblob(50000) AS body');
    await here.run('DROP TABLE filling');
    await there.run(INCREMENT);
    expect(there.values('PRAGMA integrity_check')).toEqual([['ok']]);
    expect(counterOf(there)).toBe(4);
  });

  it.each(['UTF-16le', 'UTF-16be'])('takes a file in %s', async (encoding) => {
    const { here, there } = await openTwo();
    await here.import(counterFile(3, `PRAGMA encoding = '${encoding}'`));
    await here.run('CREATE TABLE notes (text)');
    await there.refresh();
    await there.run('INSERT INTO notes VALUES (?)', ['Grüße \u{1f642}']);
    await here.refresh();
    expect(here.values("SELECT text FROM notes WHERE text LIKE '%ße%'")).toEqual([['Grüße \u{1f642}']]);
    expect(here.values('PRAGMA encoding')).toEqual([[encoding]]);
  });

  it('takes a file whose header does not tell its size, as SQLite before 3.7 wrote it', async () => {
    const { here, there } = await openTwo();
    const file = counterFile(3);
    // The page count counts only where the change counter (24) and the version it is valid for (92) are equal.
    file.fill(0, 28, 32);
    file.fill(0, 92, 96);
    expect(rowsOf(file, 'SELECT value FROM counters')).toEqual([[3]]);
    await here.import(file);
    await there.refresh();
    await there.write((tx) => {
      for (let id = 2; id < 200; id++) tx.run('INSERT INTO counters VALUES (?, ?)', [id, 'x'.repeat(300)]);
    });
    await here.refresh();
    expect(here.values('PRAGMA integrity_check')).toEqual([['ok']]);
    expect(here.values('SELECT count(*) FROM counters')).toEqual([[199]]);
  });

  it('drops what stands behind the end of the file', async () => {
    const { here } = await openTwo();
    const file = counterFile(3);
    const longer = new Uint8Array(file.length + 8192).fill(7);
    longer.set(file);
    await here.import(longer);
    expect(counterOf(here)).toBe(3);
    expect((await here.export()).length).toBe(file.length);
  });

  it('takes any file where there is no chain', async () => {
    const database = await openTestDatabase(memoryStorage(), { migrations: {} });
    await database.import(fileOf("CREATE TABLE anything (x); INSERT INTO anything VALUES ('goes')"));
    expect(database.values('SELECT * FROM anything')).toEqual([['goes']]);
  });
});

describe('a check of what an import replaces', () => {
  const onlyBelow = (limit: number, seen: unknown[]): NonNullable<ImportOptions['check']> => {
    return (current) => {
      const [[value] = []] = current.values('SELECT value FROM counters WHERE id = 1');
      seen.push(value);
      if (Number(value) >= limit) throw new RangeError('this one is to stay');
    };
  };

  it('sees the newest state, and ends the import by throwing', async () => {
    const { here, there } = await openTwo();
    const seen: unknown[] = [];
    await there.run('UPDATE counters SET value = 5');
    await expect(here.import(counterFile(42), { check: onlyBelow(5, seen) })).rejects.toBeInstanceOf(RangeError);
    for (const database of [here, there]) expect(counterOf(database)).toBe(5);
    await there.run('UPDATE counters SET value = 4');
    await here.import(counterFile(42), { check: onlyBelow(5, seen) });
    expect([seen, counterOf(here)]).toEqual([[5, 4], 42]);
  });

  it('looks again when another tab was first', async () => {
    const storage = memoryStorage();
    const faulty = new FaultyStorage(storage);
    const [here, there] = [await openTestDatabase(faulty, alone), await openTestDatabase(storage, alone)];
    let isFirst = true;
    faulty.onWrite = async (_, next) => {
      if (isFirst) await there.run('UPDATE counters SET value = 5');
      isFirst = false;
      return next();
    };
    const seen: unknown[] = [];
    await expect(here.import(counterFile(42), { check: onlyBelow(5, seen) })).rejects.toBeInstanceOf(RangeError);
    expect(seen).toEqual([0, 5]);
    for (const database of [here, there]) expect(counterOf(database)).toBe(5);
  });

  it('does not see a write that is not stored', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const here = await openTestDatabase(faulty, alone);
    await here.run('UPDATE counters SET value = 5');
    let late: Promise<unknown> | undefined;
    faulty.onRead = async (_, next) => {
      const read = await next();
      late ??= here.run('UPDATE counters SET value = value - 5');
      return read;
    };
    const seen: unknown[] = [];
    await expect(here.import(counterFile(42), { check: onlyBelow(5, seen) })).rejects.toBeInstanceOf(RangeError);
    await late;
    expect([seen, counterOf(here)]).toEqual([[5], 0]);
  });

  it('is a function that does its looking at once', async () => {
    const { here } = await openTwo();
    const late = async () => {
      throw new RangeError('no');
    };
    await expect(here.import(counterFile(42), { check: late })).rejects.toMatchObject({ code: 'TRANSACTION_ASYNC' });
    await expect(here.import(counterFile(42), { check: 5 as never })).rejects.toBeInstanceOf(UsageError);
    expect(counterOf(here)).toBe(0);
  });
});
