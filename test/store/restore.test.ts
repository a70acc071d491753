import { describe, expect, it } from 'vitest';
import { vacuumed } from '../../src/database/vacuum.js';
import { StorageError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Store } from '../../src/store/store.js';
import { engine } from '../engine/open-connection.js';
import { FaultyStorage } from './fakes.js';
import { backedStep, begun, NOTES, newest, openStore, rowsOf, run } from './open-store.js';

/** A file of another make: a page size, an encoding, one row. */
function fileOf(settings: string): Uint8Array {
  const file = engine.detached(settings.includes('encoding') ? new Uint8Array(0) : engine.emptyImage);
  file.exec(`${settings}; VACUUM; ${NOTES}; INSERT INTO notes VALUES ('another file')`);
  const bytes = file.export();
  file.close();
  return bytes;
}

describe('restoring', () => {
  it('brings back exactly the rows and the schema, in every tab, and is undone by restoring the newest backup', async () => {
    const storage = memoryStorage();
    const [store, other] = [await begun(openStore(storage)), await openStore(storage)];
    const before = rowsOf(store);
    await backedStep(store, 'CREATE TABLE more (x); INSERT INTO more VALUES (randomblob(90000)); ALTER TABLE notes ADD COLUMN y');
    await run(store, "INSERT INTO notes VALUES ('later', 2)");
    const after = rowsOf(store);
    await other.refresh();
    expect(rowsOf(other)).toEqual(after);
    await store.restore(await newest(store));
    await other.refresh();
    expect([rowsOf(store), rowsOf(other), rowsOf(await openStore(storage))]).toEqual([before, before, before]);
    expect((await store.backups()).map(({ reason }) => reason)).toEqual(['restore', 'migration']);
    await other.restore(await newest(other));
    await store.refresh();
    expect([rowsOf(store), rowsOf(other), rowsOf(await openStore(storage))]).toEqual([after, after, after]);
    expect(checksum(await store.export())).toBe(checksum(await other.export()));
  });

  it('never gives a schema the number of another: what was compiled against that one would read wrong columns', async () => {
    const storage = memoryStorage();
    const [store, other] = [await begun(openStore(storage)), await openStore(storage)];
    const cookies: unknown[] = [];
    const note = () => cookies.push(store.connection.script('PRAGMA schema_version')[0]?.[0]);
    const row = (of: Store) => of.connection.with('SELECT * FROM notes', 'read', (statement) => statement.first(undefined));
    note();
    await backedStep(store, 'ALTER TABLE notes ADD COLUMN y DEFAULT 2');
    note();
    for (let n = 0; n < 3; n++) {
      await other.refresh();
      expect(row(other)).toEqual(row(await openStore(storage)));
      expect(row(store)).toEqual(row(other));
      await store.restore(await newest(store));
      note();
    }
    await run(store, 'ALTER TABLE notes ADD COLUMN z DEFAULT 3');
    note();
    await other.refresh();
    expect(row(other)).toEqual(row(await openStore(storage)));
    expect(new Set(cookies).size).toBe(cookies.length);
  });

  it('goes onto what another tab committed first, and keeps that', async () => {
    const storage = memoryStorage();
    const [store, other] = [await begun(openStore(storage)), await openStore(storage)];
    const before = rowsOf(store);
    await backedStep(store, 'ALTER TABLE notes ADD COLUMN y');
    const id = await newest(store);
    await other.refresh();
    // Its cookie is the one that the restored file would have had.
    await run(other, 'ALTER TABLE notes ADD COLUMN z DEFAULT 3');
    const present = rowsOf(other);
    await store.restore(id);
    await other.refresh();
    expect([rowsOf(store), rowsOf(other)]).toEqual([before, before]);
    await store.restore(await newest(store));
    await other.refresh();
    expect([rowsOf(store), rowsOf(other)]).toEqual([present, present]);
  });

  it('goes by another page size, or another encoding, through a new connection in every tab', async () => {
    for (const settings of ['PRAGMA page_size = 1024', 'PRAGMA page_size = 65536', "PRAGMA encoding = 'UTF-16le'"]) {
      const storage = memoryStorage();
      const [store, other] = [await begun(openStore(storage)), await openStore(storage)];
      const before = rowsOf(store);
      const bytes = checksum(await store.export());
      await backedStep(store, 'DELETE FROM notes');
      await store.replace(fileOf(settings));
      const imported = rowsOf(store);
      expect(checksum(await store.readBackup(await newest(store)))).toBe(bytes);
      await store.restore(await newest(store));
      await other.refresh();
      expect([rowsOf(store), rowsOf(other), rowsOf(await openStore(storage))]).toEqual([before, before, before]);
      await other.restore(await newest(other));
      await store.refresh();
      expect([rowsOf(store), rowsOf(other), rowsOf(await openStore(storage))]).toEqual([imported, imported, imported]);
      await run(store, "INSERT INTO notes VALUES ('and on')");
      expect(store.connection.script('PRAGMA integrity_check')).toEqual([['ok']]);
    }
  });

  it('stores every page of a file that was shorter in between, also those that this tab still had behind the end', async () => {
    const storage = new FaultyStorage(memoryStorage());
    const [store, other] = [await begun(openStore(storage)), await openStore(storage)];
    for (let n = 0; n < 2; n++) await run(store, 'INSERT INTO notes VALUES (randomblob(60000))');
    await run(store, 'DELETE FROM notes WHERE rowid = 2');
    const before = rowsOf(store);
    await backedStep(store, 'PRAGMA user_version = 2');
    const shortened = store.change('relaxed', ({ connection }) => {
      connection.replacePages(vacuumed(engine, connection));
      return { result: undefined, tables: [] };
    });
    // A write that waits keeps the pages behind the new end; that it fails leaves them there.
    let waiting: Promise<unknown> = Promise.resolve();
    storage.onWrite = async (_, next) => {
      waiting = expect(run(store, "INSERT INTO notes VALUES ('late')")).rejects.toThrow(StorageError);
      storage.onWrite = async () => {
        throw new StorageError('aborted');
      };
      return next();
    };
    await shortened;
    await waiting;
    storage.onWrite = (_, next) => next();
    await other.refresh();
    await store.restore(await newest(store));
    await other.refresh();
    expect([rowsOf(store), rowsOf(other)]).toEqual([before, before]);
    expect(other.connection.script('PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('the oldest of three keeps the present state all the same', async () => {
    const storage = new FaultyStorage(memoryStorage());
    const store = await begun(openStore(storage));
    const rows: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      rows.push(rowsOf(store));
      await backedStep(store, `INSERT INTO notes VALUES (${n})`);
    }
    const present = rowsOf(store);
    const oldest = (await store.backups()).at(-1)?.id ?? '';
    await store.restore(oldest);
    expect(storage.batches.at(-1)?.durability).toBe('strict');
    expect(rowsOf(store)).toEqual(rows[0]);
    const ids = (await store.backups()).map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(ids).not.toContain(oldest);
    await store.restore(ids[0] ?? '');
    expect(rowsOf(store)).toEqual(present);
  });

  it('of a schema version that the code does not know is refused', async () => {
    const storage = memoryStorage();
    const [current, old] = [await begun(openStore(storage)), await openStore(storage, { known: 1 })];
    await backedStep(current, 'PRAGMA user_version = 2');
    await current.restore(await newest(current));
    await old.refresh();
    await expect(old.restore(await newest(old))).rejects.toMatchObject({ name: 'BackupError', code: 'BACKUP_NEWER' });
    expect(await old.backups()).toHaveLength(2);
  });

  /** Lets so many turns of the microtask queue pass: one of them is between any two steps of what was begun before. */
  async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) await undefined;
  }

  it('loses no write that comes in meanwhile: it is in the database, or in the backup of what was there before', async () => {
    for (let delay = 0; delay < 40; delay++) {
      const storage = memoryStorage();
      const store = await begun(openStore(storage));
      await backedStep(store, "INSERT INTO notes VALUES ('second')");
      const id = await newest(store);
      const restoring = store.restore(id);
      await turns(delay);
      await run(store, "INSERT INTO notes VALUES ('meanwhile')");
      await restoring;
      const file = engine.detached(await store.readBackup(await newest(store)));
      const kept = file.exec("SELECT count(*) FROM notes WHERE body = 'meanwhile'")[0]?.values[0]?.[0];
      file.close();
      const count = "SELECT count(*) FROM notes WHERE body = 'meanwhile'";
      const shown = store.connection.value(count);
      expect([delay, Number(kept) + Number(shown)]).toEqual([delay, 1]);
      expect((await openStore(storage)).connection.value(count)).toBe(shown);
    }
  });

  it('or steps that fail take no write back that came in meanwhile', async () => {
    for (let delay = 0; delay < 40; delay++) {
      const storage = memoryStorage();
      const store = await begun(openStore(storage));
      const failing = store.steps('strict', async (connection) => {
        connection.script('DELETE FROM notes');
        throw new RangeError('the step failed');
      });
      const failed = expect(failing).rejects.toThrow(RangeError);
      await turns(delay);
      await run(store, "INSERT INTO notes VALUES ('meanwhile')");
      await failed;
      const stored = (await openStore(storage)).connection.value('SELECT count(*) FROM notes');
      expect([delay, stored]).toEqual([delay, 2]);
    }
  });
});
