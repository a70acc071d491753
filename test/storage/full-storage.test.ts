import { afterEach, describe, expect, it, vi } from 'vitest';
import { StorageFullError } from '../../src/index.js';
import { batchBytes, estimateHere } from '../../src/storage/full-storage.js';
import { type IndexedDbOptions, indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import { uniqueName } from '../database/open-test-database.js';
import { rejection } from '../database/outcome.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What a write of 150,000 bytes is refused with when there is no room for it. */
async function refusal(options: IndexedDbOptions): Promise<StorageFullError> {
  const storage = indexedDbStorage(uniqueName('full'), options);
  await storage.read([{ get: ['meta'] }]);
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  const add = (part: number, size: number) => ({ key: ['log', 1, part], value: { seq: 1, bytes: new Uint8Array(size) } });
  const error = await rejection(storage.write({ durability: 'relaxed', adds: [add(1, 60_000), add(2, 60_000), add(0, 30_000)] }));
  await storage.destroy();
  expect(error).toBeInstanceOf(StorageFullError);
  return error as StorageFullError;
}

describe('an error that says that the storage is full', () => {
  it('says how much did not fit, and how full the storage is', async () => {
    const error = await refusal({ estimate: async () => ({ usage: 5_784_016, quota: 6_144_000 }) });
    expect(error).toMatchObject({ bytes: 150_000, usage: 5_784_016, quota: 6_144_000, cause: { name: 'QuotaExceededError' } });
    expect(error.message).toMatchInlineSnapshot(
      `"The browser's storage is full (while writing): 150 kB did not fit, 5.8 MB of 6.1 MB are used. Nothing was written: free some space and try again."`,
    );
  });

  it('says what is known where the browser gives no estimate', async () => {
    const error = await refusal({ estimate: async () => ({}) });
    expect(error).toMatchObject({ bytes: 150_000, usage: undefined, quota: undefined });
    expect(error.message).toMatchInlineSnapshot(
      `"The browser's storage is full (while writing): 150 kB did not fit. Nothing was written: free some space and try again."`,
    );
  });

  it('is none the worse for a browser that cannot be asked', async () => {
    vi.stubGlobal('navigator', {});
    expect(await estimateHere()).toEqual({});
    vi.stubGlobal('navigator', { storage: { estimate: () => Promise.reject(new TypeError('not here')) } });
    expect(await estimateHere()).toEqual({});
    vi.stubGlobal('navigator', { storage: { estimate: async () => ({ usage: 1, quota: 2, usageDetails: {} }) } });
    expect(await estimateHere()).toEqual({ usage: 1, quota: 2 });
  });
});

it('the size of a batch is that of the bytes in it, wherever they are', () => {
  const puts = [{ key: ['a'], value: { list: [new Uint8Array(3), new Uint32Array(2)], text: 'not counted' } }];
  expect(batchBytes({ durability: 'relaxed', puts, adds: [{ key: ['b'], value: null }] })).toBe(11);
});
