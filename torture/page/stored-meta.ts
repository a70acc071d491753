import { indexedDbName } from '../../src/storage/indexeddb-storage.js';

/** Up to which commit the log is folded, read beside the library. */
export async function storedCheckpoint(name: string): Promise<number> {
  const database = await answer(indexedDB.open(indexedDbName(name)));
  try {
    const meta: unknown = await answer(database.transaction('records').objectStore('records').get(['meta']));
    return Number(typeof meta === 'object' && meta !== null && 'checkpointSeq' in meta ? meta.checkpointSeq : -1);
  } finally {
    database.close();
  }
}

function answer<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
