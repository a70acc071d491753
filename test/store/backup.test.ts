import { describe, expect, it } from 'vitest';
import { ClosedError, OutdatedError } from '../../src/errors/database-error.js';
import { BackupError, StorageError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { engine } from '../engine/open-connection.js';
import { FaultyStorage, ManualClock } from './fakes.js';
import { backedStep, begun, newest, openStore, run } from './open-store.js';

describe('a backup', () => {
  it('is listed with what was said of it, the newest first, and reads as a standard file', async () => {
    const clock = new ManualClock();
    const store = await begun(openStore(memoryStorage(), { environment: { clock } }));
    const before = await store.export();
    await backedStep(store, 'DELETE FROM notes; PRAGMA user_version = 2');
    await clock.advance(1000);
    await backedStep(store, 'PRAGMA user_version = 3', { reason: 'restore' });
    expect(await store.backups()).toEqual([
      { id: 'v2-2023-11-14T22:13:21.000Z', schemaVersion: 2, createdAt: '2023-11-14T22:13:21.000Z', reason: 'restore', bytes: 8192 },
      { id: 'v1-2023-11-14T22:13:20.000Z', schemaVersion: 1, createdAt: '2023-11-14T22:13:20.000Z', reason: 'migration', bytes: 8192 },
    ]);
    const bytes = await store.readBackup('v1-2023-11-14T22:13:20.000Z');
    expect(checksum(bytes)).toBe(checksum(before));
    const file = engine.detached(bytes);
    expect(file.exec('SELECT body FROM notes')[0]?.values).toEqual([['first']]);
    file.close();
  });

  it('of the same version and moment gets a name of its own', async () => {
    const store = await begun(openStore(memoryStorage(), { environment: { clock: new ManualClock() } }));
    for (let n = 0; n < 3; n++) await backedStep(store, `INSERT INTO notes VALUES (${n})`);
    const ids = (await store.backups()).map(({ id }) => id);
    expect(ids).toEqual(['-3', '-2', ''].map((suffix) => `v1-2023-11-14T22:13:20.000Z${suffix}`));
  });

  it('is asked for only when something changed, and only made when the answer is a note', async () => {
    const store = await begun();
    let asked = 0;
    const backup = () => {
      asked++;
      return undefined;
    };
    expect(await store.steps('strict', async () => 5, { backup })).toBe(5);
    expect(asked).toBe(0);
    await store.steps('strict', async (connection) => void connection.script('DELETE FROM notes'), { backup });
    expect(asked).toBe(1);
    expect(await store.backups()).toEqual([]);
  });

  it('is of the state that the commit goes onto, when another tab was first', async () => {
    const storage = memoryStorage();
    const [first, second] = [await begun(openStore(storage)), await openStore(storage)];
    await run(first, "INSERT INTO notes VALUES ('from the first')");
    const before = checksum(await first.export());
    await backedStep(second, 'DELETE FROM notes');
    expect(checksum(await second.readBackup(await newest(second)))).toBe(before);
    expect(await first.backups()).toEqual(await second.backups());
    expect(await first.backups()).toHaveLength(1);
  });

  it('that is deleted is not there any more; the others are', async () => {
    const store = await begun();
    const before = checksum(await store.export());
    await backedStep(store, 'DELETE FROM notes');
    await backedStep(store, 'DROP TABLE notes');
    await store.deleteBackup(await newest(store));
    expect(await store.backups()).toHaveLength(1);
    expect(checksum(await store.readBackup(await newest(store)))).toBe(before);
    await store.deleteBackup(await newest(store));
    for (const asked of [store.readBackup('v1'), store.restore('v1'), store.deleteBackup('v1')])
      await expect(asked).rejects.toThrow(new BackupError('BACKUP_UNKNOWN', 'There is no backup of that id. There are none.'));
    expect(store.seq).toBe(4);
  });

  it('is refused to a store that is closed, and to one that is outdated where it writes', async () => {
    const storage = memoryStorage();
    const [old, current] = [await begun(openStore(storage, { known: 1 })), await openStore(storage)];
    await backedStep(current, 'PRAGMA user_version = 2');
    const id = await newest(old);
    await old.refresh();
    expect((await old.readBackup(id)).length).toBe(8192);
    await expect(old.restore(id)).rejects.toThrow(OutdatedError);
    await expect(old.deleteBackup(id)).rejects.toThrow(OutdatedError);
    await current.close();
    for (const asked of [current.backups(), current.readBackup(id), current.restore(id), current.deleteBackup(id)])
      await expect(asked).rejects.toThrow(ClosedError);
  });

  it('that the storage fails to read makes the tab connect anew, and look before it writes', async () => {
    const storage = new FaultyStorage(memoryStorage());
    const store = await begun(openStore(storage));
    let drops = 0;
    const disconnect = storage.disconnect.bind(storage);
    storage.disconnect = () => {
      drops++;
      disconnect();
    };
    storage.onRead = async () => {
      throw new StorageError('unreadable');
    };
    await expect(store.backups()).rejects.toThrow('unreadable');
    storage.onRead = (_, next) => next();
    const { reads } = storage;
    await run(store, "INSERT INTO notes VALUES ('second')");
    expect([drops, storage.reads - reads]).toEqual([1, 1]);
  });
});
