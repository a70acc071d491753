import { StorageError, StorageUnavailableError } from '../errors/storage-error.js';
import { TabliteError } from '../errors/tablite-error.js';
import { type Room, storageFull } from './full-storage.js';

/** Whether IndexedDB failed for want of room. */
export function isFull(cause: unknown): boolean {
  return nameOf(cause) === 'QuotaExceededError';
}

/** IndexedDB's errors, typed by what a caller would do. `doing` completes "IndexedDB failed while ..."; `room` says how full it is. */
export function indexedDbFailure(cause: unknown, doing: string, room?: Room): TabliteError {
  if (cause instanceof TabliteError) return cause;
  const name = nameOf(cause);
  if (isFull(cause)) return storageFull(`The browser's storage is full (while ${doing})`, cause, room);
  if (name === 'SecurityError' || name === 'ReferenceError') {
    return new StorageUnavailableError(
      "There is no IndexedDB here: cookies are blocked, or this is a private mode without storage, or Node. Allow storage for this site, open with persistence: 'memory-if-unavailable', or pass a storage: memoryStorage(), or fileStorage(folder) in Node.",
      { cause },
    );
  }
  return new StorageError(`IndexedDB failed while ${doing} (${name}). Nothing was written.`, { cause });
}

function nameOf(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'name' in cause ? String(cause.name) : 'no reason given';
}
