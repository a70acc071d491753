import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { SealedValue, type VaultState } from '../../src/seal.js';
import { latch, rejection } from '../database/outcome.js';
import { FaultyStorage } from '../store/fakes.js';
import { countingKeyStore, keep, keyringOf, openTab, placeOf, SECRETS, secretIn } from './open-test-vault.js';

/** A tab whose vault is being created: its commit has arrived at the storage, and waits there. */
async function creating() {
  const faulty = new FaultyStorage(memoryStorage());
  const browser = { storage: faulty, keyStore: countingKeyStore() };
  const tab = await openTab(browser);
  const [arrived, gate] = [latch(), latch()];
  const states: VaultState[] = [];
  tab.vault.onStateChange((state) => states.push(state));
  let isRefused = false;
  faulty.onWrite = async (_, next) => {
    arrived.open();
    await gate.wait;
    if (isRefused) throw new RangeError('the storage says no');
    return next();
  };
  const created = tab.vault.create();
  created.catch(() => undefined);
  await arrived.wait;
  const fail = () => {
    isRefused = true;
    gate.open();
  };
  return { ...tab, browser, created, states, finish: gate.open, fail };
}

describe('while a vault is being created', () => {
  it('what asks for the same shares it', async () => {
    const { vault, browser, created, states, finish } = await creating();
    const others = [vault.create(), vault.create({ device: true })];
    finish();
    await Promise.all([created, ...others]);
    expect(vault.state).toBe('unlocked');
    expect(states).toEqual(['unlocked']);
    expect(browser.keyStore.ids.size).toBe(1);
    expect(await rejection(vault.create())).toMatchObject({ code: 'VAULT_EXISTS' });
  });

  it('two calls in one turn make one vault', async () => {
    const keyStore = countingKeyStore();
    const tab = await openTab({ storage: memoryStorage(), keyStore });
    await Promise.all([tab.vault.create(), tab.vault.create()]);
    expect(tab.vault.state).toBe('unlocked');
    expect(keyStore.ids.size).toBe(1);
    expect(keyringOf(tab).protectors.map(({ id }) => id)).toEqual([...keyStore.ids]);
  });

  it('what asks for something else is told that there is one, once there is', async () => {
    const { vault, created, finish } = await creating();
    const other = rejection(vault.create({ passphrase: 'words' }));
    finish();
    await created;
    expect(await other).toMatchObject({ code: 'VAULT_EXISTS' });
    expect(vault.protectors).toEqual({ device: true, passphrase: false });
    expect(vault.state).toBe('unlocked');
  });

  it('what needs its keys waits for it', async () => {
    const tab = await creating();
    const { vault, finish, created } = tab;
    const waiting = [vault.unlock(), keep(tab, 1, 'hunter2'), vault.seal('x', placeOf(2)), vault.rotate([SECRETS])] as const;
    finish();
    await Promise.all([created, ...waiting]);
    expect(SealedValue.partsOf(await waiting[2])?.keyId).toBeDefined();
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });

  it('what needs its keys is told that there is no vault when it fails, and the next call makes one', async () => {
    const { vault, browser, created, fail } = await creating();
    const [same, sealing] = [rejection(vault.create()), rejection(vault.seal('x', placeOf(1)))];
    const other = vault.create({ device: true, passphrase: 'words' }).catch(() => undefined);
    fail();
    expect(await same).toBe(await rejection(created));
    expect(await sealing).toMatchObject({ code: 'VAULT_ABSENT' });
    await other;
    expect(browser.keyStore.ids.size).toBe(0);
    expect(vault.state).toBe('absent');
  });

  it('a vault that is destroyed is gone afterwards', async () => {
    const { vault, browser, created, finish } = await creating();
    const destroyed = vault.destroy();
    finish();
    await Promise.all([created, destroyed]);
    expect(vault.state).toBe('absent');
    expect(browser.keyStore.ids.size).toBe(0);
  });

  it('a vault that is locked stays so', async () => {
    const { vault, created, finish } = await creating();
    vault.lock();
    finish();
    expect(await rejection(created)).toMatchObject({ code: 'VAULT_LOCKED' });
    expect(vault.state).toBe('locked');
    await vault.unlock();
  });

  it('a vault that is closed takes its calls along', async () => {
    const { vault, created, finish } = await creating();
    const attempts = [vault.seal('x', placeOf(1)), vault.unlock(), vault.create({ passphrase: 'words' })].map(rejection);
    vault.close();
    finish();
    await created.catch(() => undefined);
    for (const attempt of attempts) expect(await attempt).toMatchObject({ name: 'ClosedError' });
    expect(vault.state).toBe('locked');
  });
});
