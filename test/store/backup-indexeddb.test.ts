import { expect, it } from 'vitest';
import { checksum } from '../../src/page/checksum.js';
import { indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { foldTo } from '../../src/store/fold-step.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { uniqueName } from '../database/open-test-database.js';
import { engine } from '../engine/open-connection.js';
import { FaultyStorage, ManualClock, settle } from './fakes.js';
import { backedStep, openStore, rowsOf, run } from './open-store.js';

const fold = (storage: Storage, seq: number) => foldTo(new WatchedStorage(storage, new ManualClock(settle)), seq);

it('backups are made, kept, read, restored, evicted and deleted in IndexedDB as well', async () => {
  const name = uniqueName('backups');
  const storage = new FaultyStorage(indexedDbStorage(name));
  const [store, other] = [await openStore(storage), await openStore(indexedDbStorage(name))];
  await run(store, 'CREATE TABLE notes (body)');
  await run(store, 'INSERT INTO notes VALUES (randomblob(200000)), (randomblob(200000))');
  const sums = [checksum(await store.export())];
  const rows = rowsOf(store);
  // The backup is overtaken by a fold of another connection, and made all the same.
  storage.onWrite = async (_, next) => {
    storage.onWrite = (_batch, go) => go();
    await fold(indexedDbStorage(name), store.seq);
    return next();
  };
  await backedStep(store, 'UPDATE notes SET body = randomblob(200000) WHERE rowid = 1');
  sums.unshift(checksum(await store.export()));
  await backedStep(store, 'DELETE FROM notes WHERE rowid = 2; ALTER TABLE notes ADD COLUMN y');
  await fold(storage, store.seq);
  const all = await store.backups();
  const read = async () => Promise.all((await other.backups()).map(async ({ id }) => checksum(await other.readBackup(id))));
  expect(await read()).toEqual(sums);

  await other.refresh();
  const present = checksum(await other.export());
  await other.restore(all[1]?.id ?? '');
  await fold(storage, other.seq);
  await store.refresh();
  expect([rowsOf(store), rowsOf(other)]).toEqual([rows, rows]);
  expect(await read()).toEqual([present, ...sums]);

  const file = engine.detached(engine.emptyImage);
  file.exec('PRAGMA page_size = 1024; VACUUM; CREATE TABLE another (x)');
  await store.replace(file.export());
  file.close();
  expect(await read()).toEqual([present, ...sums]);
  await store.deleteBackup(all[0]?.id ?? '');
  expect(await read()).toEqual([present, sums[1]]);
  await other.refresh();
  await other.restore(all[1]?.id ?? '');
  expect(rowsOf(other)).toEqual(rows);
  expect(rowsOf(await openStore(indexedDbStorage(name)))).toEqual(rows);
});
