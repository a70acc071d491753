import { createStore, del, get, promisifyRequest } from 'idb-keyval';
import { StorageUnavailableError } from '../errors/storage-error.js';
import type { KeyStore } from './key-store.js';

const DATABASE = 'tablite-keys';
const OBJECT_STORE = 'keys';

/**
 * Device keys in an IndexedDB database of their own, `tablite-keys`: neither an export of a database nor its deletion reaches them.
 */
export function indexedDbKeyStore(): KeyStore {
  let opened: ReturnType<typeof createStore> | undefined;
  const store = () => {
    opened ??= openStore();
    return opened;
  };
  return {
    get: async (id) => get<CryptoKey>(id, store()),
    set: async (id, key) => {
      const database = await store()('readonly', (keys) => keys.transaction.db);
      // The database stores strictly what this key alone opens: a power cut must not leave one without the other.
      const transaction = database.transaction(OBJECT_STORE, 'readwrite', { durability: 'strict' });
      transaction.objectStore(OBJECT_STORE).put(key, id);
      await promisifyRequest(transaction);
    },
    delete: async (id) => del(id, store()),
  };
}

function openStore(): ReturnType<typeof createStore> {
  if (!globalThis.indexedDB) throw new StorageUnavailableError('There is no IndexedDB to keep a device key in. Use a passphrase.');
  return createStore(DATABASE, OBJECT_STORE);
}
