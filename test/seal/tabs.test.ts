import { describe, expect, it } from 'vitest';
import { memoryStorage, StorageError } from '../../src/index.js';
import type { memoryKeyStore, VaultState } from '../../src/seal.js';
import { rejection } from '../database/outcome.js';
import { FaultyStorage, noChannels, settle } from '../store/fakes.js';
import {
  allSecrets,
  countingKeyStore,
  keep,
  keyringOf,
  newBrowser,
  openTab,
  openUnlocked,
  SECRETS,
  secretChain,
  secretIn,
  storedIn,
} from './open-test-vault.js';

/** Tabs that meet in storage only: what one does, another sees when it refreshes or writes. */
const alone = { environment: { openChannel: noChannels } };

describe('two tabs that create a vault at once', () => {
  it('end up with one, both unlocked, and no device key left over', async () => {
    const browser = { storage: memoryStorage(), keyStore: countingKeyStore() };
    const [a, b] = [await openTab(browser, {}, alone), await openTab(browser, {}, alone)];
    await Promise.all([a.vault.create(), b.vault.create()]);
    expect([a.vault.state, b.vault.state]).toEqual(['unlocked', 'unlocked']);
    expect(browser.keyStore.ids.size).toBe(1);
    await keep(a, 1, 'of a');
    await keep(b, 2, 'of b');
    await Promise.all([a.database.refresh(), b.database.refresh()]);
    expect(await allSecrets(a)).toEqual(['of a', 'of b']);
    expect(await allSecrets(b)).toEqual(['of a', 'of b']);
    expect(keyringOf(a)).toEqual(keyringOf(b));
  });

  it('with two passphrases leave the second out, which is told', async () => {
    const browser = newBrowser();
    const [a, b] = [await openTab(browser, {}, alone), await openTab(browser, {}, alone)];
    await a.vault.create({ device: false, passphrase: 'of a' });
    const error = await rejection(b.vault.create({ device: false, passphrase: 'of b' }));
    expect(error).toMatchObject({ code: 'VAULT_EXISTS', cause: { code: 'PASSPHRASE_WRONG' } });
    expect(b.vault.state).toBe('locked');
  });
});

describe('a vault that could not be stored', () => {
  it('leaves no device key', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const browser = { storage: faulty, keyStore: countingKeyStore() };
    const { vault } = await openTab(browser);
    faulty.onWrite = () => Promise.reject(new StorageError('refused'));
    expect(await rejection(vault.create())).toMatchObject({ code: 'STORAGE_FAILED' });
    expect(vault.state).toBe('absent');
    expect(browser.keyStore.ids.size).toBe(0);
    faulty.onWrite = (_, next) => next();
    await vault.create();
    expect(vault.state).toBe('unlocked');
  });
});

describe('a tab', () => {
  it('is told when another makes the vault', async () => {
    const browser = newBrowser();
    const [a, b] = [await openTab(browser), await openTab(browser)];
    const states: VaultState[] = [];
    b.vault.onStateChange((state) => states.push(state));
    await a.vault.create();
    await b.database.refresh();
    await settle();
    expect(states).toEqual(['locked']);
  });

  it('opens and seals on after another has rotated the data key, with the key of the device that it holds', async () => {
    const browser = newBrowser();
    const [a, b] = [await openUnlocked(browser, {}, alone), await openUnlocked(browser, {}, alone)];
    await keep(a, 1, 'first');
    await b.database.refresh();
    const before = storedIn(b, 1);
    await a.vault.rotate([SECRETS]);
    await keep(b, 2, 'second');
    await b.database.refresh();
    expect(await allSecrets(b)).toEqual(['first', 'second']);
    expect(await b.vault.open(before, { ...SECRETS, primaryKey: 1 })).toBe('first');
    await a.database.refresh();
    expect(await allSecrets(a)).toEqual(['first', 'second']);
    expect(b.vault.state).toBe('unlocked');
  });

  it('stays unlocked when another changes the passphrase, and locks when it cannot open a new data key', async () => {
    const browser = newBrowser();
    const a = await openTab(browser, {}, alone);
    await a.vault.create({ device: false, passphrase: 'first' });
    const b = await openTab(browser, {}, alone);
    await b.vault.unlock({ passphrase: 'first' });
    await keep(a, 1, 'hunter2');
    await a.vault.setPassphrase('second');
    await b.database.refresh();
    await settle();
    expect(await secretIn(b, 1)).toBe('hunter2');
    expect(await rejection(b.vault.addDevice())).toMatchInlineSnapshot(
      `[VaultError: Another tab changed what opens the vault, and this one no longer can. Unlock it again.]`,
    );
    expect(b.vault.state).toBe('locked');
    await b.vault.unlock({ passphrase: 'second' });
    await a.vault.setPassphrase('third');
    await a.vault.rotate([SECRETS]);
    const states: VaultState[] = [];
    b.vault.onStateChange((state) => states.push(state));
    await b.database.refresh();
    await settle();
    expect(states).toEqual(['locked']);
  });

  it('locks when the database is replaced by one with another vault', async () => {
    const [tab, other] = [await openUnlocked(newBrowser()), await openUnlocked(newBrowser())];
    await keep(other, 1, 'of the other');
    await tab.database.import(await other.database.export());
    await settle();
    expect(tab.vault.state).toBe('locked');
    expect(await rejection(tab.vault.unlock())).toMatchObject({ code: 'DEVICE_KEY_MISSING' });
  });

  it('that adds a device key while another does ends with one', async () => {
    const browser = { storage: memoryStorage(), keyStore: countingKeyStore() };
    const a = await openTab(browser, {}, alone);
    await a.vault.create({ device: false, passphrase: 'words' });
    const b = await openTab(browser, {}, alone);
    await b.vault.unlock({ passphrase: 'words' });
    await Promise.all([a.vault.addDevice(), b.vault.addDevice()]);
    expect(browser.keyStore.ids.size).toBe(1);
    for (const tab of [a, b]) {
      tab.vault.lock();
      await tab.database.refresh();
      await tab.vault.unlock();
    }
    expect(keyringOf(a)).toEqual(keyringOf(b));
  });
});

describe('a device key', () => {
  it.each<[string, Partial<ReturnType<typeof memoryKeyStore>>]>([
    ['is refused', { set: () => Promise.reject(new DOMException('no', 'DataCloneError')) }],
    ['is lost', { get: async () => undefined }],
    ['is cut off while it is read', { get: () => Promise.reject(new DOMException('no', 'AbortError')) }],
    ['comes back as another', { get: () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['decrypt']) }],
  ])('that %s by the storage is not relied on', async (_, faults) => {
    const kept = countingKeyStore();
    const tab = await openTab({ storage: memoryStorage(), keyStore: { ...kept, ...faults } });
    const error = await rejection(tab.vault.create({ passphrase: 'words' }));
    expect(error).toMatchObject({ name: 'VaultError', code: 'DEVICE_KEY_UNSTORABLE' });
    expect(tab.vault.state).toBe('absent');
    expect(kept.ids.size).toBe(0);
    await tab.vault.create({ device: false, passphrase: 'words' });
    await keep(tab, 1, 'hunter2');
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });
});

describe('a backup that is restored', () => {
  it('brings its data key back, which the key of the device still opens', async () => {
    const browser = newBrowser();
    const before = await openUnlocked(browser);
    await keep(before, 1, 'of then');
    await before.database.close();
    const migrations = [...secretChain, { name: 'v002_notes.sql', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY)' }];
    const tab = await openUnlocked(browser, {}, { migrations });
    await keep(tab, 1, 'of now');
    await tab.vault.rotate([SECRETS]);
    const [backup] = await tab.database.backups();
    await tab.database.restore(backup?.id ?? '');
    await settle();
    expect(tab.vault.state).toBe('unlocked');
    expect(await allSecrets(tab)).toEqual(['of then']);
    tab.vault.lock();
    await tab.vault.unlock();
    expect(await allSecrets(tab)).toEqual(['of then']);
    expect(await tab.vault.rotate([SECRETS])).toEqual({ resealed: 1, foreign: 0 });
    expect(await allSecrets(tab)).toEqual(['of then']);
  });
});
