import { DatabaseUrlError } from '../errors/database-url-error.js';
import { indexedDbStorage } from '../storage/indexeddb-storage.js';
import { memoryStorage } from '../storage/memory-storage.js';
import type { Storage } from '../storage/storage.js';
import type { DatabasePlace } from './database-url.js';

/** The storage of a place. @throws {DatabaseUrlError} `DATABASE_URL_NODE` for a folder where there is no Node. */
export async function openStorage(place: DatabasePlace): Promise<Storage> {
  if (place.kind !== 'file') return place.kind === 'idb' ? indexedDbStorage(place.name) : memoryStorage(place.name);
  if (typeof globalThis.process?.getBuiltinModule !== 'function') {
    throw new DatabaseUrlError(
      'DATABASE_URL_NODE',
      'A database in a folder needs Node 20.16 or later. In a page, use "idb:name" or "memory:".',
    );
  }
  // Only where it can run: it takes its parts from Node.
  const { fileStorage } = await import('../storage/file-storage.js');
  return fileStorage(place.path);
}
