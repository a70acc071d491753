import { describe, expect, it } from 'vitest';
import { type KeyStore, memoryKeyStore } from '../../src/seal.js';
import { outcome, rejection } from '../database/outcome.js';
import { ManualClock, never, settle } from '../store/fakes.js';
import { type Browser, keep, newBrowser, openTab, openUnlocked, SECRETS, secretIn } from './open-test-vault.js';

const PASSPHRASE = 'words';

/** A browser whose vault has both protectors and a secret, and a tab of it whose key store has faults. */
async function withFaults(faults: Partial<KeyStore>) {
  const browser = newBrowser();
  const tab = await openTab(browser);
  await tab.vault.create({ passphrase: PASSPHRASE });
  await keep(tab, 1, 'hunter2');
  return { ...(await faulty(browser, faults)), browser };
}

async function faulty(browser: Browser, faults: Partial<KeyStore>) {
  const clock = new ManualClock(settle);
  const tab = await openTab({ ...browser, keyStore: { ...browser.keyStore, ...faults } }, { clock });
  return { ...tab, clock };
}

const refused = () => Promise.reject(new DOMException('Internal error opening backing store', 'UnknownError'));
const thrown = () => {
  throw new DOMException('Internal error', 'InvalidStateError');
};

describe('a key store that does not give the key of the device', () => {
  it.each<[string, KeyStore['get'], string]>([
    ['rejects', refused, 'UnknownError'],
    ['throws', thrown, 'InvalidStateError'],
    ['never settles', never, 'StorageTimeoutError'],
  ])('because it %s is told of, and the passphrase opens the vault', async (_, get, cause) => {
    const tab = await withFaults({ get });
    const error = await outcome(tab.vault.unlock(), tab.clock);
    expect(error).toMatchObject({ name: 'VaultError', code: 'DEVICE_KEY_UNREADABLE', cause: { name: cause } });
    expect(tab.vault.state).toBe('locked');
    await tab.vault.unlock({ passphrase: PASSPHRASE });
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });

  it('holds up what needs that key, and nothing is changed', async () => {
    const { vault } = await withFaults({ get: refused });
    await vault.unlock({ passphrase: PASSPHRASE });
    for (const attempt of [() => vault.removePassphrase(), () => vault.addDevice(), () => vault.rotate([SECRETS])])
      expect(await rejection(attempt())).toMatchObject({ code: 'DEVICE_KEY_UNREADABLE' });
    expect(vault.protectors).toEqual({ device: true, passphrase: true });
  });

  it('is named with what to do', async () => {
    const tab = await withFaults({ get: refused });
    expect(await rejection(tab.vault.unlock())).toMatchInlineSnapshot(
      `[VaultError: The key of the device could not be read: the storage that keeps it failed, or gave no answer. Try again, or call unlock({ passphrase }) if the vault has one.]`,
    );
  });

  it('is no obstacle once it works again', async () => {
    let isBroken = true;
    const keyStore = memoryKeyStore();
    const flaky = { ...keyStore, get: (id: string) => (isBroken ? refused() : keyStore.get(id)) };
    const browser = { ...newBrowser(), keyStore };
    await openUnlocked(browser);
    const tab = await openTab({ ...browser, keyStore: flaky });
    expect(await rejection(tab.vault.unlock())).toMatchObject({ code: 'DEVICE_KEY_UNREADABLE' });
    isBroken = false;
    await tab.vault.unlock();
    expect(tab.vault.state).toBe('unlocked');
  });

  it('but one that cannot be used says that it does not fit', async () => {
    const other = await crypto.subtle.generateKey({ name: 'AES-CBC', length: 256 }, false, ['encrypt']);
    const tab = await withFaults({ get: async () => other });
    expect(await rejection(tab.vault.unlock())).toMatchObject({ name: 'VaultError', code: 'VAULT_DAMAGED' });
  });
});

describe('a key store that does not keep the key of the device', () => {
  it.each<[string, Partial<KeyStore>]>([
    ['throws', { set: thrown }],
    ['never settles', { set: never }],
    ['never settles, nor deletes it', { set: never, delete: never }],
    ['never gives it back', { get: never }],
  ])('because it %s is told of, and nothing is stored', async (_, faults) => {
    const { vault, clock } = await faulty(newBrowser(), faults);
    expect(await outcome(vault.create(), clock)).toMatchObject({ name: 'VaultError', code: 'DEVICE_KEY_UNSTORABLE' });
    expect(vault.state).toBe('absent');
    await vault.create({ device: false, passphrase: PASSPHRASE });
    expect(vault.state).toBe('unlocked');
  });

  it.each<[string, KeyStore['delete']]>([
    ['rejects', refused],
    ['throws', thrown],
    ['never settles', never],
  ])('does not hold a removal up when it %s', async (_, remove) => {
    const { vault, clock } = await faulty(newBrowser(), { delete: remove });
    await vault.create({ passphrase: PASSPHRASE });
    expect(await outcome(vault.removeDevice(), clock)).toBeUndefined();
    expect(vault.protectors).toEqual({ device: false, passphrase: true });
    await vault.addDevice();
    expect(await outcome(vault.destroy(), clock)).toBeUndefined();
    expect(vault.state).toBe('absent');
  });
});
