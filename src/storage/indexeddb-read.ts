import type { ReadRequest, StorageKey } from './storage.js';

/** One window of a series is 1 MiB of chunks, and few are in flight: faster than one getAll of everything, and lighter. */
const WINDOW = 32;
const WINDOWS_IN_FLIGHT = 3;

/** Answers one request within a transaction. */
export function readRequest(store: IDBObjectStore, request: ReadRequest, alive: () => void): Promise<unknown> {
  if ('get' in request) return answer(store.get(request.get as IDBValidKey), alive);
  if ('range' in request) return answer(store.getAll(IDBKeyRange.bound(request.range.from, request.range.to)), alive);
  return readSeries(store, request.series, alive);
}

function readSeries(store: IDBObjectStore, prefix: StorageKey, alive: () => void): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const windows: unknown[][] = [];
    let isOver = false;
    let inFlight = 0;
    let sent = 0;
    const send = () => {
      const window = sent++;
      const from = [...prefix, window * WINDOW];
      const request = store.getAll(IDBKeyRange.bound(from, [...prefix, (window + 1) * WINDOW], false, true));
      inFlight++;
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        alive();
        inFlight--;
        windows[window] = request.result;
        isOver ||= request.result.length === 0;
        if (!isOver) send();
        else if (inFlight === 0) resolve(windows.flat());
      };
    };
    for (let window = 0; window < WINDOWS_IN_FLIGHT; window++) send();
  });
}

function answer<Result>(request: IDBRequest<Result>, alive: () => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      alive();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}
