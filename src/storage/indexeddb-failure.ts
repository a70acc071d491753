import { StorageError, StorageFullError, StorageUnavailableError } from '../errors/storage-error.js';
import { TabliteError } from '../errors/tablite-error.js';

/** IndexedDB's errors, typed by what a caller would do. `doing` completes "IndexedDB failed while ...". */
export function indexedDbFailure(cause: unknown, doing: string): TabliteError {
  if (cause instanceof TabliteError) return cause;
  const name = nameOf(cause);
  // A full disk shows as "Failed to write blobs" or as a quota error, depending on the backend.
  if (name === 'QuotaExceededError') {
    return new StorageFullError(`The browser's storage is full (while ${doing}). Nothing was written: free some space and try again.`, {
      cause,
    });
  }
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
