import { afterEach, describe, expect, it, vi } from 'vitest';
import { deleteDatabase, openDatabase } from '../../src/index.js';
import { indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import { counterChain, INCREMENT, uniqueName } from '../database/open-test-database.js';

afterEach(() => vi.restoreAllMocks());

/** Every call on IndexedDB's transactions and object stores, in order. */
function recordCalls(): string[] {
  const calls: string[] = [];
  const transaction = IDBDatabase.prototype.transaction;
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...args) {
    calls.push(`transaction ${args[1]} ${args[2]?.durability}`);
    return transaction.apply(this, args);
  });
  const { get, add, put, getAll } = IDBObjectStore.prototype;
  vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, ...args) {
    calls.push(`get ${JSON.stringify(args[0])}`);
    return get.apply(this, args);
  });
  vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
    calls.push(`add ${JSON.stringify(args[1])}`);
    return add.apply(this, args);
  });
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
    calls.push('put');
    return put.apply(this, args);
  });
  vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(function (this: IDBObjectStore, ...args) {
    calls.push('getAll');
    return getAll.apply(this, args);
  });
  const { commit } = IDBTransaction.prototype;
  vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
    calls.push('commit');
    return commit.apply(this);
  });
  return calls;
}

describe('a commit in IndexedDB', () => {
  it('is one transaction: meta is read, the parts are added, part 0 last; one part is committed in the same turn', async () => {
    const name = uniqueName('transaction');
    const database = await openDatabase({ name, migrations: counterChain, mirror: false });
    await database.write((tx) => void tx.run('CREATE TABLE blobs (body)'));
    const calls = recordCalls();
    await database.run(INCREMENT);
    const [, seq] = /"log",(\d+)/.exec(calls.join()) ?? [];
    const next = Number(seq) + 1;
    expect(calls).toEqual(['transaction readwrite relaxed', 'get ["meta"]', `add ["log",${seq},0]`, 'commit']);
    calls.length = 0;
    await database.run('INSERT INTO blobs VALUES (zeroblob(150000))', [], { durability: 'strict' });
    expect(calls).toEqual([
      'transaction readwrite strict',
      'get ["meta"]',
      `add ["log",${next},1]`,
      `add ["log",${next},2]`,
      `add ["log",${next},0]`,
    ]);
    vi.restoreAllMocks();
    await database.close();
    await deleteDatabase(name);
  });

  it('is read by others in one transaction that needs nothing more of the page: it may be frozen at any moment', async () => {
    const name = uniqueName('reading');
    const database = await openDatabase({ name, migrations: counterChain, mirror: false });
    const calls = recordCalls();
    await database.refresh();
    expect(calls).toEqual(['transaction readonly undefined', 'get ["meta"]', 'getAll', 'commit']);
    vi.restoreAllMocks();
    await database.close();
    await deleteDatabase(name);
  });

  it('sends nothing while another of its values is on its way', async () => {
    const storage = indexedDbStorage(uniqueName('in-turn'));
    await storage.read([{ get: ['meta'] }]);
    const sent: IDBRequest[] = [];
    const states: string[] = [];
    for (const method of ['add', 'put', 'delete'] as const) {
      // Each is called with the very arguments it was given.
      const original = IDBObjectStore.prototype[method] as (...args: unknown[]) => IDBRequest;
      vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (this: IDBObjectStore, ...args: unknown[]) {
        states.push(sent.at(-1)?.readyState ?? 'first');
        const request = original.apply(this, args);
        sent.push(request);
        return request;
      });
    }
    const entries = (kind: string) => [1, 2, 3].map((n) => ({ key: [kind, n], value: new Uint8Array(9) }));
    const deletes = [{ from: ['a'], to: ['b'] }];
    await storage.write({ durability: 'relaxed', deletes, puts: entries('base'), adds: entries('log') });
    expect(states).toEqual(['first', 'done', 'done', 'done', 'done', 'done', 'done']);
    vi.restoreAllMocks();
    await storage.destroy();
  });

  it('carries values under 64 KiB, whatever the size of the write', async () => {
    const name = uniqueName('values');
    const database = await openDatabase({ name, migrations: counterChain, mirror: false });
    const sizes: number[] = [];
    const { add, put } = IDBObjectStore.prototype;
    const note = (value: { bytes?: Uint8Array }) => sizes.push(value.bytes?.buffer.byteLength ?? 0);
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
      note(args[0]);
      return add.apply(this, args);
    });
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      note(args[0]);
      return put.apply(this, args);
    });
    await database.write((tx) => {
      tx.run('CREATE TABLE blobs (body)');
      tx.run('INSERT INTO blobs VALUES (zeroblob(2000000))');
    });
    await database.import(await database.export());
    expect(sizes.length).toBeGreaterThan(60);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(60 * 1024);
    vi.restoreAllMocks();
    await database.close();
    await deleteDatabase(name);
  });
});
