import type { Clock, Database, OpenOptions, Storage } from '../../src/index.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { fileOf } from '../database/sqlite-file.js';
import { type FaultyStorage, type ManualClock, noChannels } from '../store/fakes.js';
import { eagerClock } from './eager-clock.js';
import { foldStorage } from './fold-storage.js';
import { NOTE_CHAIN } from './note-model.js';
import { RecordedStorage } from './recorded-storage.js';

export function openNotes(storage: Storage, options: Partial<OpenOptions> = {}, clock: Clock = eagerClock): Promise<Database> {
  const environment = { clock, openChannel: noChannels, witnessStorage: undefined, persist: undefined };
  return openTestDatabase(storage, { migrations: NOTE_CHAIN, upgrade: 'manual', environment, ...options });
}

/** Where a fault strikes. */
export interface Scene {
  readonly tab: Database;
  readonly faulty: FaultyStorage;
  /** What the faulty storage is made on, without faults. */
  readonly inner: Storage;
  readonly clock: ManualClock;
}

/** Something that is done while an operation of the storage fails. */
export interface Scenario {
  /** What is stored before. */
  readonly stored: () => Promise<RecordedStorage>;
  /** What is done before the fault, in the tab and elsewhere. */
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  readonly act: (scene: Scene) => Promise<unknown>;
}

const fileWithPages = (pageSize: number) =>
  fileOf(
    `PRAGMA page_size = ${pageSize}; ${NOTE_CHAIN[0]?.sql} INSERT INTO notes VALUES (9, '${'y'.repeat(40_000)}'); PRAGMA user_version = 1`,
  );
const body = (letter: string) => letter.repeat(9000);
const insert = (database: Database, id: number) => database.run('INSERT INTO notes (id, body) VALUES (?, ?)', [id, body('i')]);
const idOf = async (database: Database, at: number) => (await database.backups())[at]?.id ?? '';

async function atVersion(version: number): Promise<RecordedStorage> {
  const storage = new RecordedStorage('stored');
  const database = await openNotes(storage, { migrations: NOTE_CHAIN.slice(0, version), upgrade: 'at-open' });
  for (let id = 1; id <= 6; id++) await database.run('INSERT INTO notes (id, body) VALUES (?, ?)', [id, body('a')]);
  await database.close();
  return storage;
}

/** Three backups, two of them with copies, and commits that are not folded in. */
async function withBackups(): Promise<RecordedStorage> {
  const storage = await atVersion(1);
  const database = await openNotes(storage);
  await database.migrate();
  for (let n = 1; n <= 2; n++) {
    await database.run('UPDATE notes SET body = ? WHERE id = ?', [body(`${n}`), n]);
    await database.restore(await idOf(database, 0));
    await database.run('UPDATE notes SET body = ? WHERE id = ?', [body('z'), 2 + n]);
    if (n === 1) await foldStorage(storage, eagerClock);
  }
  await database.migrate();
  await database.close();
  return storage;
}

/** A log that a checkpoint is due for. */
async function withLongLog(): Promise<RecordedStorage> {
  const storage = await atVersion(2);
  const database = await openNotes(storage);
  await database.import(fileWithPages(512));
  for (let n = 0; n < 330; n++) await database.run('INSERT INTO counts VALUES (1)');
  await database.close();
  return storage;
}

/** Made once: each use begins with what it holds. */
function once(make: () => Promise<RecordedStorage>): () => Promise<RecordedStorage> {
  let made: Promise<RecordedStorage> | undefined;
  return async () => {
    made ??= make();
    return new RecordedStorage('stored', (await made).entries);
  };
}

const atVersion1 = once(() => atVersion(1));
const atVersion2 = once(() => atVersion(2));
const backedUp = once(withBackups);

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a write': { stored: atVersion2, act: ({ tab }) => insert(tab, 100) },
  'an asynchronous transaction': {
    stored: atVersion2,
    act: ({ tab }) =>
      tab.transaction(async (tx) => {
        tx.run('DELETE FROM notes WHERE id = 1');
        await tx.transaction(async (inner) => inner.run('INSERT INTO notes (id, body) VALUES (100, ?)', [body('t')]));
      }),
  },
  'a write that another tab is before': {
    stored: atVersion2,
    prepare: async ({ inner }) => insert(await openNotes(inner), 99),
    act: ({ tab }) => insert(tab, 100),
  },
  'an asynchronous transaction that another tab is before': {
    stored: atVersion2,
    prepare: async ({ inner }) => insert(await openNotes(inner), 99),
    act: ({ tab }) => tab.transaction(async (tx) => tx.run('UPDATE notes SET body = ? WHERE id > 3', [body('u')])),
  },
  'a checkpoint after a write': {
    stored: once(withLongLog),
    act: async ({ tab, clock }) => {
      await insert(tab, 100);
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, 2000));
    },
  },
  'a fold that keeps copies': {
    stored: backedUp,
    act: ({ faulty, clock }) => foldStorage(faulty, clock),
  },
  'a migration': { stored: atVersion1, act: ({ tab }) => tab.migrate() },
  'a migration beside backups': {
    stored: backedUp,
    prepare: async ({ tab }) => tab.restore(await idOf(tab, 2)),
    act: ({ tab }) => tab.migrate(),
  },
  'a list of the backups': { stored: backedUp, act: ({ tab }) => tab.backups() },
  'the reading of a backup': { stored: backedUp, act: async ({ tab }) => tab.exportBackup(await idOf(tab, 1)) },
  'a restore': { stored: backedUp, act: async ({ tab }) => tab.restore(await idOf(tab, 2)) },
  'a restore from another page size': {
    stored: backedUp,
    prepare: ({ tab }) => tab.import(fileWithPages(1024)),
    act: async ({ tab }) => tab.restore(await idOf(tab, 1)),
  },
  'the deletion of a backup': { stored: backedUp, act: async ({ tab }) => tab.deleteBackup(await idOf(tab, 1)) },
  'an import': { stored: atVersion2, act: ({ tab }) => tab.import(fileWithPages(4096)) },
  'an import beside backups': { stored: backedUp, act: ({ tab }) => tab.import(fileWithPages(512)) },
  'a vacuum': {
    stored: atVersion2,
    prepare: ({ tab }) => tab.run('DELETE FROM notes WHERE id > 2'),
    act: ({ tab }) => tab.vacuum(),
  },
  'an export after a write': {
    stored: atVersion2,
    act: async ({ tab }) => {
      const writing = insert(tab, 100);
      await Promise.all([tab.export(), writing]);
    },
  },
  'a catch-up': {
    stored: atVersion2,
    prepare: async ({ inner }) => insert(await openNotes(inner), 99),
    act: ({ tab }) => tab.refresh(),
  },
  'a catch-up with another base': {
    stored: atVersion2,
    prepare: async ({ inner }) => (await openNotes(inner)).import(fileWithPages(4096)),
    act: ({ tab }) => tab.refresh(),
  },
  'closing with a write under way': {
    stored: atVersion2,
    act: async ({ tab }) => {
      const writing = insert(tab, 100);
      // Closing succeeds whatever becomes of the write.
      await Promise.allSettled([tab.close(), writing]);
      await writing;
    },
  },
};
