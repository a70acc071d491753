import type { StorageRange, WriteBatch } from './storage.js';

/** What a batch asks of the object store, in its order; each is sent when it is called. */
export function requestsOf({ deletes = [], puts = [], adds = [] }: WriteBatch, store: IDBObjectStore): (() => IDBRequest)[] {
  return [
    ...deletes.map((range) => () => store.delete(keyRange(range))),
    ...puts.map(
      ({ key, value }) =>
        () =>
          store.put(value, key as IDBValidKey),
    ),
    ...adds.map(
      ({ key, value }) =>
        () =>
          store.add(value, key as IDBValidKey),
    ),
  ];
}

/**
 * Sends each request when the one before has succeeded.
 *
 * In Firefox, one that fails for want of room has ended the transaction on the disk, and what was sent behind it is kept.
 */
export async function sendInTurn(requests: readonly (() => IDBRequest)[], alive: () => void): Promise<void> {
  for (const send of requests.slice(0, -1)) {
    await succeeded(send());
    alive();
  }
  requests.at(-1)?.();
}

export function succeeded(request: IDBRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** Aborting throws where the transaction has ended already, which is as well. */
export function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== 'InvalidStateError') throw cause;
  }
}

function keyRange({ from, to }: StorageRange): IDBKeyRange {
  return IDBKeyRange.bound(from, to);
}
