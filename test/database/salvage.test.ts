import { describe, expect, it } from 'vitest';
import { CorruptionError, deleteDatabase, inspectStorage, openDatabase, SalvageError, salvage } from '../../src/index.js';
import type { StorageEntry } from '../../src/storage/storage.js';
import { engine } from '../engine/open-connection.js';
import { noChannels } from '../store/fakes.js';
import { ImageStorage } from '../store/image-storage.js';
import { counterChain, counterOf, INCREMENT, uniqueName } from './open-test-database.js';
import { rejection } from './outcome.js';

/** Something that only the base holds. */
const BALLAST = 'CREATE TABLE ballast (body); INSERT INTO ballast VALUES (randomblob(5000));';
const chain = counterChain.map(({ name, sql }) => ({ name, sql: `${sql}${BALLAST}` }));
const more = [...chain, { name: 'v002_notes.sql', sql: 'CREATE TABLE notes (body)' }];

/** A database that was imported, with 5 increments, a migration with its backup, and 3 increments more, and its mirror as it was 2 increments before. */
async function stored(): Promise<{ disk: ImageStorage; copy: ImageStorage; options: Parameters<typeof salvage>[1] & object }> {
  const disk = new ImageStorage([], 'indexeddb');
  const copy = new ImageStorage();
  const environment = {
    openChannel: noChannels,
    witnessStorage: undefined,
    openMirrorPlace: () => ({ kind: 'bucket' as const, storage: copy }),
  };
  const options = { storage: disk, environment };
  const first = await openDatabase({ name: 'x', migrations: chain, ...options });
  await first.import(await first.export());
  for (let n = 0; n < 5; n++) await first.run(INCREMENT);
  await first.close();
  const database = await openDatabase({ name: 'x', migrations: more, ...options });
  await database.run(INCREMENT);
  await database.flush({ mirror: true });
  await database.close();
  const mirror = copy.entries;
  const again = await openDatabase({ name: 'x', migrations: more, ...options });
  await again.run(INCREMENT);
  await again.run(INCREMENT);
  await again.close();
  copy.entries = mirror;
  return { disk, copy, options };
}

const isLog = (seq: number) => (entry: StorageEntry) => entry.key[0] === 'log' && entry.key[1] === seq;
const isBase = (entry: StorageEntry) => entry.key[0] === 'base';

function without(disk: ImageStorage, isGone: (entry: StorageEntry) => boolean): void {
  disk.entries = disk.entries.filter((entry) => !isGone(entry));
}

function counterIn(file: Uint8Array): unknown {
  const database = engine.detached(file);
  try {
    return database.exec('SELECT value FROM counters')[0]?.values[0]?.[0];
  } finally {
    database.close();
  }
}

describe('a database of which a commit is missing', () => {
  it('is reported as damaged, with what can be had of it', async () => {
    const { disk, options } = await stored();
    without(disk, isLog(10));
    const before = disk.entries;
    expect(await rejection(openDatabase({ name: 'x', migrations: more, ...options }))).toBeInstanceOf(CorruptionError);
    const report = await inspectStorage('x', options);
    expect(report).toMatchObject({
      stored: { seq: 9, damaged: ['log 10'] },
      mirror: { seq: 9, damaged: [] },
      backups: [{ schemaVersion: 1, reason: 'migration', damaged: [] }],
      witness: undefined,
    });
    expect(report.mirror?.storeId).toBe(report.stored?.storeId);
    expect(disk.entries).toEqual(before);
  });

  it('is salvaged up to the commit before it', async () => {
    const { disk, options } = await stored();
    without(disk, isLog(11));
    const before = disk.entries;
    const { file, ...rest } = await salvage('x', options);
    // Commit 11 was the newest: nothing in the storage tells that it is gone.
    expect(rest).toEqual({ from: 'storage', seq: 10, integrity: ['ok'] });
    expect(counterIn(file)).toBe(7);
    expect(disk.entries).toEqual(before);
  });

  it('is salvaged from the mirror where that reaches further', async () => {
    const { disk, options } = await stored();
    without(disk, isLog(6));
    const { file, ...rest } = await salvage('x', options);
    expect(rest).toEqual({ from: 'mirror', seq: 9, integrity: ['ok'] });
    expect(counterIn(file)).toBe(6);
  });
});

describe('a database of which a chunk is damaged', () => {
  it('is salvaged from the mirror', async () => {
    const { disk, options } = await stored();
    without(disk, isBase);
    expect(await inspectStorage('x', options)).toMatchObject({ stored: { seq: undefined, damaged: ['base 0'] } });
    expect(await salvage('x', options)).toMatchObject({ from: 'mirror', seq: 9 });
  });

  it('is not salvaged from the mirror of another', async () => {
    const { disk, copy, options } = await stored();
    const { copy: other } = await stored();
    copy.entries = other.entries;
    without(disk, isBase);
    expect(await rejection(salvage('x', options))).toBeInstanceOf(SalvageError);
  });

  it('goes on from the file that was salvaged', async () => {
    const { disk, copy, options } = await stored();
    without(disk, isBase);
    const { file } = await salvage('x', options);
    await deleteDatabase('x', options);
    expect([disk.entries, copy.entries]).toEqual([[], []]);
    const database = await openDatabase({ name: 'x', migrations: more, ...options });
    await database.import(file);
    expect(counterOf(database)).toBe(6);
    await database.close();
  });
});

describe('a backup', () => {
  it('is salvaged by its id', async () => {
    const { options } = await stored();
    const [backup] = (await inspectStorage('x', options)).backups;
    const { file, ...rest } = await salvage('x', { ...options, backup: backup?.id ?? '' });
    expect(rest).toEqual({ from: 'backup', seq: undefined, integrity: ['ok'] });
    expect(counterIn(file)).toBe(5);
    expect(await rejection(salvage('x', { ...options, backup: 'none' }))).toMatchObject({ name: 'BackupError', code: 'BACKUP_UNKNOWN' });
  });

  it('is not needed while the log gives the state before the damage', async () => {
    const { disk, copy, options } = await stored();
    copy.entries = [];
    // What the backup needs is whole; of the log, only what came after it is damaged beyond what SQLite can read.
    disk.entries = disk.entries.map((entry) => (isLog(8)(entry) ? { ...entry, value: { nonsense: true } } : entry));
    expect(await salvage('x', options)).toMatchObject({ from: 'storage', seq: 7 });
  });
});

describe('a name under which nothing is stored', () => {
  it('is looked at without anything being made of it', async () => {
    const name = uniqueName('absent');
    expect(await inspectStorage(name)).toEqual({ stored: undefined, backups: [], mirror: undefined, witness: undefined });
    expect(await rejection(salvage(name))).toMatchObject({ name: 'SalvageError', damaged: [] });
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(`tablite:${name}`);
  });
});

describe('a database in IndexedDB that is open', () => {
  it('is inspected and salvaged while it goes on', async () => {
    const name = uniqueName('open');
    const database = await openDatabase({ name, migrations: counterChain });
    await database.run(INCREMENT);
    await database.flush({ mirror: true });
    const report = await inspectStorage(name);
    expect(report.stored).toMatchObject({ seq: 2, damaged: [] });
    if (database.status.mirror.place !== 'none') expect(report.mirror).toMatchObject({ seq: 2, damaged: [] });
    expect(counterIn((await salvage(name)).file)).toBe(1);
    await database.run(INCREMENT);
    expect(counterOf(database)).toBe(2);
    await database.close();
    await deleteDatabase(name);
  });
});
