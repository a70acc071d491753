import { describe, expect, it } from 'vitest';
import { memoryStorage, openDatabase } from '../../src/index.js';
import { indexedDbName } from '../../src/storage/indexeddb-storage.js';
import { counterChain, openTestDatabase, uniqueName } from './open-test-database.js';
import { rejection } from './outcome.js';
import { everythingIn } from './sqlite-file.js';

/** Another program's database of that name, with one object store and one record. */
function foreign(name: string, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(indexedDbName(name), 3);
    request.onupgradeneeded = () => request.result.createObjectStore('things');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const transaction = database.transaction('things', 'readwrite');
      const answer = work(transaction.objectStore('things'));
      transaction.oncomplete = () => {
        database.close();
        resolve(answer.result);
      };
    };
  });
}

describe("an IndexedDB database of the name that is not Tablite's", () => {
  it('is left as it is', async () => {
    const name = uniqueName('foreign');
    await foreign(name, (store) => store.put('mine', 'key'));
    const error = await rejection(openDatabase({ name, migrations: counterChain }));
    expect(error).toMatchObject({ name: 'StorageFormatError', code: 'STORAGE_FORMAT' });
    expect((error as Error).message.replace(name, 'notes')).toMatchInlineSnapshot(
      `"IndexedDB already has a database "tablite:notes" that is not Tablite's. It was left untouched: choose another name."`,
    );
    expect(await foreign(name, (store) => store.get('key'))).toBe('mine');
    expect(await foreign(name, (store) => store.count())).toBe(1);
    indexedDB.deleteDatabase(indexedDbName(name));
  });
});

describe('a storage of a format that is not known yet', () => {
  it('is left as it is', async () => {
    const storage = memoryStorage();
    await openTestDatabase(storage);
    await storage.write({ durability: 'relaxed', puts: [{ key: ['meta'], value: { format: 2, more: 'than we know' } }] });
    const before = await everythingIn(storage);
    const error = await rejection(openTestDatabase(storage));
    expect(error).toMatchObject({ name: 'StorageFormatError', code: 'STORAGE_FORMAT' });
    expect((error as Error).message).toMatchInlineSnapshot(
      `"The storage has format 2, and this Tablite knows up to 1. It was left untouched: load the newer code."`,
    );
    expect(await rejection(openTestDatabase(storage, { persistence: 'memory-if-unavailable', onDataLoss: 'restart' }))).toMatchObject({
      code: 'STORAGE_FORMAT',
    });
    expect(await everythingIn(storage)).toEqual(before);
  });

  it('is reported by a tab that has it open', async () => {
    const storage = memoryStorage();
    const database = await openTestDatabase(storage);
    await storage.write({ durability: 'relaxed', puts: [{ key: ['meta'], value: { format: 2 } }] });
    expect(await rejection(database.refresh())).toMatchObject({ name: 'StorageFormatError' });
    expect(database.status).toMatchObject({ state: 'failing', error: { name: 'StorageFormatError' } });
  });
});
