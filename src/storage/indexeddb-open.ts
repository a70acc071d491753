import { createStore, type UseStore } from 'idb-keyval';
import { StorageAbsentError } from '../errors/storage-error.js';
import { indexedDbFailure } from './indexeddb-failure.js';
import { succeeded } from './indexeddb-write.js';

/** Opens an object store; of the shape of idb-keyval's `createStore`. */
export type CreateStore = (databaseName: string, storeName: string) => UseStore;

export interface StoreToOpen {
  readonly databaseName: string;
  readonly storeName: string;
  readonly mustExist: boolean;
}

/** What idb-keyval's `createStore` gives, which knows the page's own IndexedDB only, and makes what is not there. */
export function storeIn(factory: () => Promise<IDBFactory>, { databaseName, storeName, mustExist }: StoreToOpen): UseStore {
  return async (mode, callback) => {
    const request = (await factory()).open(databaseName);
    let isAbsent = false;
    request.onupgradeneeded = () => {
      isAbsent = mustExist;
      if (isAbsent) request.transaction?.abort();
      else request.result.createObjectStore(storeName);
    };
    try {
      await succeeded(request);
    } catch (cause) {
      throw isAbsent ? new StorageAbsentError(`There is no IndexedDB database "${databaseName}".`, { cause }) : cause;
    }
    return callback(request.result.transaction(storeName, mode).objectStore(storeName));
  };
}

/** idb-keyval's, where there is an IndexedDB at all: it would fail with a TypeError that does not say so. */
export function createStoreHere(databaseName: string, storeName: string): UseStore {
  indexedDbHere();
  return createStore(databaseName, storeName);
}

/** @throws {StorageUnavailableError} */
export function indexedDbHere(): IDBFactory {
  if (!globalThis.indexedDB) throw indexedDbFailure({ name: 'ReferenceError' }, 'opening');
  return globalThis.indexedDB;
}
