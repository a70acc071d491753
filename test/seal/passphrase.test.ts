import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { openVault, SealedValue } from '../../src/seal.js';
import { latch, rejection } from '../database/outcome.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { countingKeyStore, keep, keyringOf, newBrowser, openTab, openUnlocked, secretIn, storedIn } from './open-test-vault.js';

describe('a passphrase', () => {
  it('opens the vault of a file that went to another browser, in whatever form its letters were typed', async () => {
    const tab = await openTab(newBrowser());
    await tab.vault.create({ device: false, passphrase: 'Am\u00e9lie 2 stra\u00dfe' });
    expect(tab.vault.protectors).toEqual({ device: false, passphrase: true });
    await keep(tab, 1, 'hunter2');
    const other = await openTab(newBrowser());
    await other.database.import(await tab.database.export());
    expect(await rejection(other.vault.unlock())).toMatchObject({ code: 'PASSPHRASE_MISSING' });
    expect(await rejection(other.vault.unlock({ passphrase: 'Amelie 2 stra\u00dfe' }))).toMatchInlineSnapshot(
      `[VaultError: The passphrase does not open the vault. Check for capital letters and the keyboard, and try again.]`,
    );
    expect(other.vault.state).toBe('locked');
    await other.vault.unlock({ passphrase: 'Ame\u0301lie 2 stra\u00dfe' });
    expect(await secretIn(other, 1)).toBe('hunter2');
  });

  it('that is changed opens in place of the one before; sealed values stay as they are', async () => {
    const browser = newBrowser();
    const tab = await openUnlocked(browser);
    await keep(tab, 1, 'hunter2');
    const stored = SealedValue.textOf(storedIn(tab, 1));
    await tab.vault.setPassphrase('first');
    expect(tab.vault.protectors).toEqual({ device: true, passphrase: true });
    await tab.vault.setPassphrase('second');
    expect(SealedValue.textOf(storedIn(tab, 1))).toBe(stored);
    expect(keyringOf(tab).protectors.map(({ kind }) => kind)).toEqual(['device', 'passphrase']);
    tab.vault.lock();
    expect(await rejection(tab.vault.unlock({ passphrase: 'first' }))).toMatchObject({ code: 'PASSPHRASE_WRONG' });
    await tab.vault.unlock({ passphrase: 'second' });
    expect(await secretIn(tab, 1)).toBe('hunter2');
    tab.vault.lock();
    await tab.vault.unlock();
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });

  it('is wrapped at a higher cost when it unlocks with a higher one asked for, and at no lower one', async () => {
    const browser = newBrowser();
    const tab = await openTab(browser, { rounds: 600_000 });
    await tab.vault.create({ device: false, passphrase: 'words' });
    await keep(tab, 1, 'hunter2');
    expect(keyringOf(tab).protectors).toMatchObject([{ rounds: 600_000 }]);
    const dearer = await openTab(browser, { rounds: 600_001 });
    await dearer.vault.unlock({ passphrase: 'words' });
    expect(keyringOf(dearer).protectors).toMatchObject([{ rounds: 600_001 }]);
    await tab.database.refresh();
    tab.vault.lock();
    await tab.vault.unlock({ passphrase: 'words' });
    expect(keyringOf(tab).protectors).toMatchObject([{ rounds: 600_001 }]);
    expect(await secretIn(tab, 1)).toBe('hunter2');
  });

  it('that another tab changes just then is not brought back by wrapping the one before at a higher cost', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const browser = newBrowser(faulty);
    const alone = { environment: { openChannel: noChannels } };
    const tab = await openTab(browser, {}, alone);
    await tab.vault.create({ passphrase: 'first' });
    // Unlocked by the device as well, it could put any passphrase in the place of the new one.
    const dearer = await openUnlocked(browser, { rounds: 600_001 }, alone);
    const [arrived, gate] = [latch(), latch()];
    faulty.onWrite = async (_, next) => {
      faulty.onWrite = (_, next) => next();
      arrived.open();
      await gate.wait;
      return next();
    };
    const unlocking = dearer.vault.unlock({ passphrase: 'first' });
    await arrived.wait;
    await tab.vault.setPassphrase('second');
    gate.open();
    await unlocking;
    expect(dearer.vault.state).toBe('unlocked');
    dearer.vault.lock();
    expect(await rejection(dearer.vault.unlock({ passphrase: 'first' }))).toMatchObject({ code: 'PASSPHRASE_WRONG' });
    await dearer.vault.unlock({ passphrase: 'second' });
  });

  it('is refused when it is empty or no text, or when there is none to remove', async () => {
    const keyStore = countingKeyStore();
    const tab = await openTab({ ...newBrowser(), keyStore });
    expect(await rejection(tab.vault.create({ passphrase: '' }))).toMatchObject({ code: 'PASSPHRASE_EMPTY' });
    // @ts-expect-error: a passphrase is a text.
    expect(await rejection(tab.vault.create({ passphrase: 12 }))).toMatchObject({ name: 'UsageError' });
    expect(tab.vault.state).toBe('absent');
    expect(keyStore.ids.size).toBe(0);
    await tab.vault.create();
    expect(await rejection(tab.vault.setPassphrase(''))).toMatchObject({ code: 'PASSPHRASE_EMPTY' });
    expect(await rejection(tab.vault.unlock({ passphrase: 'any' }))).toMatchObject({ code: 'PASSPHRASE_MISSING' });
    await tab.vault.removePassphrase();
    expect(tab.vault.protectors).toEqual({ device: true, passphrase: false });
  });
});

describe('the last protector', () => {
  it('cannot be removed', async () => {
    const { vault } = await openUnlocked(newBrowser());
    expect(await rejection(vault.removeDevice())).toMatchInlineSnapshot(
      `[VaultError: Nothing but the key of the device opens the vault. Call setPassphrase() first, then remove it.]`,
    );
    await vault.setPassphrase('words');
    await vault.removeDevice();
    expect(await rejection(vault.removePassphrase())).toMatchObject({ code: 'VAULT_LAST_PROTECTOR' });
    expect(vault.protectors).toEqual({ device: false, passphrase: true });
  });

  it('is not a device key that this browser does not have', async () => {
    const tab = await openTab(newBrowser());
    await tab.vault.create({ passphrase: 'words' });
    const other = await openTab(newBrowser());
    await other.database.import(await tab.database.export());
    await other.vault.unlock({ passphrase: 'words' });
    expect(await rejection(other.vault.removePassphrase())).toMatchObject({ code: 'DEVICE_KEY_MISSING' });
    await other.vault.addDevice();
    await other.vault.removePassphrase();
    other.vault.lock();
    await other.vault.unlock();
    expect(other.vault.protectors).toEqual({ device: true, passphrase: false });
  });
});

describe('the key of the device', () => {
  it('that is gone is told of, with what to do', async () => {
    const browser = newBrowser();
    const tab = await openTab(browser);
    await tab.vault.create({ passphrase: 'words' });
    const elsewhere = openVault(tab.database, { keyStore: newBrowser().keyStore });
    expect(await rejection(elsewhere.unlock())).toMatchInlineSnapshot(
      `[VaultError: This browser does not have the key of the device: its storage was cleared, or the file comes from another browser. Ask for the passphrase, call unlock({ passphrase }), then addDevice().]`,
    );
    await elsewhere.unlock({ passphrase: 'words' });
    await tab.vault.removePassphrase();
    elsewhere.lock();
    expect(await rejection(elsewhere.unlock())).toMatchInlineSnapshot(
      `[VaultError: This browser does not have the key of the device: its storage was cleared, or the file comes from another browser. Nothing else opens the secrets: import a file whose vault has a passphrase, or enter them again.]`,
    );
  });

  it('is deleted with its protector, and added again as another', async () => {
    const keyStore = countingKeyStore();
    const tab = await openTab({ ...newBrowser(), keyStore });
    await tab.vault.create({ passphrase: 'words' });
    const [first] = keyStore.ids;
    await tab.vault.removeDevice();
    expect(keyStore.ids.size).toBe(0);
    expect(tab.vault.state).toBe('unlocked');
    await tab.vault.addDevice();
    await tab.vault.addDevice();
    expect(keyStore.ids.size).toBe(1);
    expect([...keyStore.ids][0]).not.toBe(first);
    tab.vault.lock();
    await tab.vault.unlock();
    expect(tab.vault.state).toBe('unlocked');
  });
});
