import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage, type Storage, StorageFullError } from '../../src/index.js';
import { openTestDatabase, vibesurfChain } from '../database/open-test-database.js';
import { outcome, rejection } from '../database/outcome.js';
import { digestOfExport, everythingIn } from '../database/sqlite-file.js';
import { FaultyStorage, ManualClock, never, noChannels, scheduledStorage } from '../store/fakes.js';
import { filesOf } from './run-chain.js';

const CREATE = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES (1);';
const COUNT = 'CREATE TABLE runs (n); INSERT INTO runs VALUES (1);';
const COLOR = "ALTER TABLE notes ADD COLUMN color DEFAULT 'white';";
const alone = { environment: { openChannel: noChannels } };

const open = (storage: Storage, ...texts: string[]) => openTestDatabase(storage, { migrations: filesOf(...texts), ...alone });

/** A storage with a database at version 1. */
async function begun(): Promise<{ storage: Storage; faulty: FaultyStorage; before: string[] }> {
  const storage = memoryStorage();
  await (await open(storage, CREATE)).close();
  return { storage, faulty: new FaultyStorage(storage), before: await everythingIn(storage) };
}

describe('an upgrade', () => {
  it('is stored as one strict commit, however many files it has', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty, { migrations: vibesurfChain, ...alone });
    expect(database.schemaVersion).toBe(8);
    expect(faulty.commits.map(({ durability }) => durability)).toEqual(['strict']);
    const again = await openTestDatabase(faulty, { migrations: vibesurfChain, ...alone });
    expect(again.history).toEqual(database.history);
    expect(faulty.commits).toHaveLength(1);
  });

  it('gives the same rows to a tab that was open before, and to one that opens after', async () => {
    const { storage } = await begun();
    const old = await openTestDatabase(storage, { migrations: {}, ...alone });
    const fresh = await open(storage, CREATE, COUNT, COLOR);
    await old.refresh();
    for (const database of [old, fresh, await open(storage, CREATE, COUNT, COLOR)])
      expect(database.values('SELECT text, color, n FROM notes, runs')).toEqual([['1', 'white', 1]]);
  });

  it('that fails at its third file leaves the storage as it was, and the next one begins from there', async () => {
    const { storage, before } = await begun();
    const error = await rejection(open(storage, CREATE, COUNT, COLOR, 'DROP TABLE missing;'));
    expect(error).toMatchObject({ code: 'MIGRATION_SQL', file: 'v004_step.sql', line: 1, column: 1, statement: 'DROP TABLE missing;' });
    expect(await everythingIn(storage)).toEqual(before);
    const database = await open(storage, CREATE);
    expect(database.schemaVersion).toBe(1);
    expect(database.values('SELECT name FROM sqlite_schema ORDER BY name')).toEqual([['notes'], ['tablite_history']]);
    expect((await open(storage, CREATE, COUNT, COLOR, 'DROP TABLE runs;')).schemaVersion).toBe(4);
  });

  it('that the storage refuses, or does not answer, leaves it as it was', async () => {
    const { storage, faulty, before } = await begun();
    faulty.onWrite = () => Promise.reject(new StorageFullError('full'));
    expect(await rejection(open(faulty, CREATE, COUNT))).toBeInstanceOf(StorageFullError);
    faulty.onWrite = () => never();
    const clock = new ManualClock();
    const opening = openTestDatabase(faulty, { migrations: filesOf(CREATE, COUNT), environment: { openChannel: noChannels, clock } });
    expect(await outcome(opening, clock)).toMatchObject({ name: 'StorageTimeoutError' });
    expect(await everythingIn(storage)).toEqual(before);
  });

  it('whose answer was lost, but which was stored, has happened', async () => {
    const { storage, faulty } = await begun();
    faulty.onWrite = async (_, next) => {
      await next();
      return never();
    };
    const clock = new ManualClock();
    const environment = { openChannel: noChannels, clock };
    const opening = openTestDatabase(faulty, { migrations: filesOf(CREATE, COUNT), environment });
    expect(await outcome(opening, clock)).toMatchObject({ schemaVersion: 2 });
    expect((await open(storage, CREATE, COUNT)).values('SELECT count(*) FROM runs')).toEqual([[1]]);
  });

  it('refuses a database whose applied file was edited, and changes nothing', async () => {
    const { storage, before } = await begun();
    expect(await rejection(open(storage, `${CREATE} -- edited`, COUNT))).toMatchObject({ code: 'MIGRATION_EDITED' });
    expect(await everythingIn(storage)).toEqual(before);
  });

  it('refuses a database with tables of another kind and no version, and changes nothing', async () => {
    const storage = memoryStorage();
    const plain = await openTestDatabase(storage, { migrations: {}, ...alone });
    await plain.run('CREATE TABLE notes (x)');
    const before = await everythingIn(storage);
    expect(await rejection(open(storage, CREATE))).toMatchObject({ name: 'AdoptError', code: 'ADOPT_UNKNOWN' });
    expect(await everythingIn(storage)).toEqual(before);
  });
});

describe('an upgrade by two tabs at once', () => {
  it('is done by one, and the other finds nothing to do', async () => {
    const { storage } = await begun();
    const tabs = [new FaultyStorage(storage), new FaultyStorage(storage)];
    for (const tab of tabs) {
      tab.onWrite = async (_, next) => {
        // Both have run the chain before either of them commits.
        while (tabs.some(({ batches }) => batches.length === 0)) await new Promise((resolve) => setTimeout(resolve, 1));
        return next();
      };
    }
    const databases = await Promise.all(tabs.map((tab) => open(tab, CREATE, COUNT, COLOR)));
    await Promise.all(databases.map((database) => database.refresh()));
    for (const database of databases) {
      expect(database.values('SELECT count(*) FROM runs')).toEqual([[1]]);
      expect(database.history.map(({ version }) => version)).toEqual([1, 2, 3]);
    }
    expect(tabs.flatMap(({ commits }) => commits)).toHaveLength(2);
  });

  it('comes to the same database, in any order of their requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, isNew) => {
        const shared = isNew ? memoryStorage() : (await begun()).storage;
        const opening = [1, 2, 3].map(() => open(scheduledStorage(shared, scheduler), CREATE, COUNT, COLOR));
        const databases = await scheduler.waitFor(Promise.all(opening));
        await scheduler.waitFor(Promise.all(databases.map((database) => database.refresh())));
        const [first, ...others] = await scheduler.waitFor(Promise.all(databases.map(digestOfExport)));
        expect(others).toEqual([first, first]);
        expect(databases[0]?.values('SELECT count(*) FROM runs')).toEqual([[1]]);
        expect(databases[0]?.history).toHaveLength(3);
      }),
      { numRuns: 40 },
    );
  });

  it('of different builds is taken back by the one that loses, and done again on what the other left', async () => {
    const { storage } = await begun();
    const slow = new FaultyStorage(storage);
    slow.onWrite = async (_, next) => {
      await open(storage, CREATE, COUNT);
      return next();
    };
    const database = await open(slow, CREATE, COUNT, "UPDATE notes SET text = text || '!'");
    expect(database.values('SELECT text FROM notes')).toEqual([['1!']]);
    expect(database.history.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('of which one writes at once keeps what it wrote', async () => {
    const { storage } = await begun();
    const slow = new FaultyStorage(storage);
    let first = true;
    slow.onWrite = async (_, next) => {
      if (first) {
        first = false;
        const fast = await open(storage, CREATE, COUNT, COLOR);
        await fast.run("INSERT INTO notes (text, color) VALUES ('quick', 'red')");
      }
      return next();
    };
    const database = await open(slow, CREATE, COUNT, COLOR);
    expect(database.values('SELECT text, color FROM notes')).toEqual([
      ['1', 'white'],
      ['quick', 'red'],
    ]);
    expect(database.values('SELECT count(*) FROM runs')).toEqual([[1]]);
  });
});
