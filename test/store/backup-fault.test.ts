import { describe, expect, it } from 'vitest';
import { StorageError, StorageFullError, StorageTimeoutError, UnknownOutcomeError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { foldTo } from '../../src/store/fold-step.js';
import type { Store } from '../../src/store/store.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { engine } from '../engine/open-connection.js';
import { FaultyStorage, ManualClock } from './fakes.js';
import { backedStep, openStore, rowsOf, run } from './open-store.js';

const clock = new ManualClock();
const fold = (storage: Storage, seq: number) => foldTo(new WatchedStorage(storage, clock), seq);

/** Three backups, two of them with copies, and commits that are not folded in. */
async function prepared(): Promise<Storage> {
  const storage = memoryStorage();
  const store = await openStore(storage);
  await run(store, 'CREATE TABLE notes (body)');
  await run(store, 'INSERT INTO notes SELECT randomblob(9000) FROM json_each(json_array(1,2,3,4,5,6,7,8,9,10))');
  for (let n = 0; n < 3; n++) {
    await backedStep(store, `UPDATE notes SET body = randomblob(9000) WHERE rowid = ${2 + 3 * n}; PRAGMA user_version = ${n + 1}`);
    await run(store, `UPDATE notes SET body = randomblob(9000) WHERE rowid = ${1 + 2 * n}`);
    if (n === 1) await fold(storage, store.seq);
  }
  await store.close();
  return storage;
}

function fileOf(pageSize: number): Uint8Array {
  const file = engine.detached(engine.emptyImage);
  file.exec(`PRAGMA page_size = ${pageSize}; VACUUM; CREATE TABLE notes (body); INSERT INTO notes VALUES (zeroblob(70000))`);
  const bytes = file.export();
  file.close();
  return bytes;
}

const idOf = async (store: Store, at: number) => (await store.backups())[at]?.id ?? '';

/** What fails while it is done. Each begins with `prepared`, and may prepare more. */
const WORK: Readonly<
  Record<string, { prepare?: (store: Store) => Promise<void>; act: (store: Store, storage: Storage) => Promise<unknown> }>
> = {
  'a commit with a backup': { act: (store) => backedStep(store, 'DELETE FROM notes WHERE rowid > 3; CREATE TABLE more (x)') },
  'a fold that keeps copies': { act: (store, storage) => fold(storage, store.seq) },
  'a restore': { act: async (store) => store.restore(await idOf(store, 2)) },
  'a restore from another page size': {
    prepare: (store) => store.replace(fileOf(1024)),
    act: async (store) => store.restore(await idOf(store, 1)),
  },
  'the deletion of a backup': { act: async (store) => store.deleteBackup(await idOf(store, 1)) },
  'a replacement beside backups': { act: (store) => store.replace(fileOf(4096)) },
};

/** How the storage fails, from its n-th operation on or there only. */
const FATES: Readonly<Record<string, { isLasting: boolean; isKept: boolean; error: () => Error }>> = {
  'is refused': { isLasting: false, isKept: false, error: () => new StorageError('aborted') },
  'finds the storage full': { isLasting: false, isKept: false, error: () => new StorageFullError('full') },
  'is kept, and its answer lost': { isLasting: false, isKept: true, error: () => new StorageTimeoutError('no answer') },
  'is the last that works, and its answer lost': { isLasting: true, isKept: true, error: () => new StorageError('gone') },
};

interface Seen {
  readonly rows: unknown;
  readonly sums: Readonly<Record<string, number>>;
}

async function seen(store: Store): Promise<Seen> {
  const sums: Record<string, number> = {};
  for (const { id } of await store.backups()) sums[id] = checksum(await store.readBackup(id));
  expect(store.connection.script('PRAGMA integrity_check')).toEqual([['ok']]);
  return { rows: rowsOf(store), sums };
}

/** Does the work while the n-th operation fails. @returns whether there was one. */
async function failAt(n: number, name: string, fate: string): Promise<boolean> {
  const { prepare, act } = WORK[name] ?? { act: async () => undefined };
  const { isLasting, isKept, error } = FATES[fate] ?? { isLasting: false, isKept: false, error: () => new StorageError('') };
  const storage = await prepared();
  const faulty = new FaultyStorage(storage);
  const store = await openStore(faulty, { environment: { clock: new ManualClock() } });
  await prepare?.(store);
  const before = await seen(store);
  const imageBefore = checksum(await store.export());
  let operations = 0;
  let isWorking = true;
  const fail = async <Result>(next: () => Promise<Result>): Promise<Result> => {
    operations++;
    if (!isWorking || operations < n || (operations > n && !isLasting)) return next();
    if (isKept && operations === n) await next();
    throw error();
  };
  faulty.onWrite = (_, next) => fail(next);
  faulty.onRead = (_, next) => fail(next);
  const failure = await act(store, faulty).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  isWorking = false;
  const isReached = operations >= n;

  const after = await seen(await openStore(storage));
  for (const [id, sum] of Object.entries(after.sums)) expect([id, sum]).toEqual([id, before.sums[id] ?? imageBefore]);
  const isBefore = JSON.stringify(after) === JSON.stringify(before);
  if (failure === undefined) expect(isBefore).toBe(name === 'a fold that keeps copies');
  else expect(failure).toBeInstanceOf(StorageError);
  if (failure !== undefined && !(failure instanceof UnknownOutcomeError) && !isLasting) expect(isBefore).toBe(true);
  if (!isBefore) {
    const whole = await done(name);
    expect({ backups: Object.keys(after.sums).length, version: (after.rows as { version: unknown }).version }).toEqual(whole);
  }

  // The tab itself goes on with what is stored.
  await store.refresh();
  expect(rowsOf(store)).toEqual(after.rows);
  await run(store, 'CREATE TABLE afterwards (x)');
  expect(rowsOf(await openStore(storage))).toEqual(rowsOf(store));
  return isReached;
}

/** What it comes to when nothing fails. */
async function done(name: string): Promise<{ backups: number; version: unknown }> {
  const { prepare, act } = WORK[name] ?? { act: async () => undefined };
  const storage = await prepared();
  const store = await openStore(storage);
  await prepare?.(store);
  await act(store, storage);
  return { backups: (await store.backups()).length, version: store.connection.script('PRAGMA user_version') };
}

describe.each(Object.keys(WORK))('%s', (name) => {
  it.each(Object.keys(FATES))('leaves everything as before or as after when an operation %s', async (fate) => {
    let n = 1;
    while (await failAt(n, name, fate)) n++;
    expect(n).toBeGreaterThan(2);
  });
});
