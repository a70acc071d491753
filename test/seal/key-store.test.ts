import { describe, expect, it } from 'vitest';
import { indexedDbStorage } from '../../src/index.js';
import { indexedDbKeyStore, memoryKeyStore, openVault } from '../../src/seal.js';
import { openTestDatabase, uniqueName } from '../database/open-test-database.js';
import { rejection } from '../database/outcome.js';
import { keep, secretChain, secretIn } from './open-test-vault.js';

const newKey = () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);

describe.each([
  ['indexedDbKeyStore', indexedDbKeyStore],
  ['memoryKeyStore', memoryKeyStore],
])('%s', (_, open) => {
  it('gives a key back as it was, by its id, until it is deleted', async () => {
    const store = open();
    const [a, b] = [uniqueName('a'), uniqueName('b')];
    const key = await newKey();
    await store.set(a, key);
    expect(await store.get(b)).toBeUndefined();
    const iv = new Uint8Array(12);
    const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new Uint8Array([1, 2, 3]));
    const back = await store.get(a);
    if (!back) throw new RangeError('the key is gone');
    expect(back.extractable).toBe(false);
    expect(new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, back, ciphertext))).toEqual(new Uint8Array([1, 2, 3]));
    await store.delete(a);
    await store.delete(a);
    expect(await store.get(a)).toBeUndefined();
  });
});

describe('the key of the device', () => {
  it('is in an IndexedDB database of its own, and another page finds it there', async () => {
    const storage = () => indexedDbStorage(name);
    const name = uniqueName('vault');
    const database = await openTestDatabase(storage(), { migrations: secretChain });
    const first = { database, vault: openVault(database) };
    await first.vault.create();
    await keep(first, 1, 'hunter2');
    first.vault.close();
    await database.close();
    const reopened = await openTestDatabase(storage(), { migrations: secretChain });
    const next = { database: reopened, vault: openVault(reopened) };
    await next.vault.unlock();
    expect(await secretIn(next, 1)).toBe('hunter2');
    expect((await indexedDB.databases()).map((each) => each.name)).toContain('tablite-keys');
    await reopened.close();
  });

  it('has bytes that no script can read', async () => {
    const kept: CryptoKey[] = [];
    const store = memoryKeyStore();
    const watched = { ...store, set: (id: string, key: CryptoKey) => store.set(id, key).then(() => void kept.push(key)) };
    const database = await openTestDatabase(undefined, { migrations: secretChain });
    await openVault(database, { keyStore: watched }).create();
    expect(kept).toHaveLength(1);
    for (const key of kept) expect(String(await rejection(crypto.subtle.exportKey('raw', key)))).toMatch(/InvalidAccess|extractable/);
  });

  it('cannot be kept where there is no IndexedDB, which is told with what to do', async () => {
    const database = await openTestDatabase(undefined, { migrations: secretChain });
    const real = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true });
    try {
      const error = await rejection(openVault(database).create());
      expect(error).toMatchObject({ code: 'DEVICE_KEY_UNSTORABLE', cause: { code: 'STORAGE_UNAVAILABLE' } });
      expect(error).toMatchInlineSnapshot(
        `[VaultError: The key of a device is not kept here, as in some private modes, and in Node. Use a passphrase instead: create({ device: false, passphrase }); or in tests a keyStore: memoryKeyStore().]`,
      );
    } finally {
      if (real) Object.defineProperty(globalThis, 'indexedDB', real);
      else Reflect.deleteProperty(globalThis, 'indexedDB');
    }
  });
});

describe('without crypto.subtle, as on plain http', () => {
  it('a vault says so', async () => {
    const database = await openTestDatabase(undefined, { migrations: secretChain });
    const vault = openVault(database, { keyStore: memoryKeyStore() });
    const real = Object.getOwnPropertyDescriptor(crypto, 'subtle');
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      const error = await rejection(vault.create());
      expect(error).toMatchObject({ name: 'VaultError', code: 'CRYPTO_UNAVAILABLE' });
      expect(vault.state).toBe('absent');
      expect(error).toMatchInlineSnapshot(
        `[VaultError: There is no crypto.subtle here: browsers give it to pages from https and localhost only. Serve the page over https.]`,
      );
    } finally {
      if (real) Object.defineProperty(crypto, 'subtle', real);
      else Reflect.deleteProperty(crypto, 'subtle');
    }
  });
});
