import { describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { openVault, SealedValue, type VaultState } from '../../src/seal.js';
import { rejection, thrownBy } from '../database/outcome.js';
import { FaultyStorage } from '../store/fakes.js';
import { countingKeyStore, keep, keyringOf, newBrowser, openTab, openUnlocked, placeOf, secretIn, storedIn } from './open-test-vault.js';

describe('a vault', () => {
  it('is absent until it is created, then unlocked, and locked in the next tab until the device opens it', async () => {
    const browser = newBrowser();
    const tab = await openTab(browser);
    expect(tab.vault).toMatchObject({ state: 'absent', protectors: { device: false, passphrase: false } });
    await tab.vault.create();
    expect(tab.vault).toMatchObject({ state: 'unlocked', protectors: { device: true, passphrase: false } });
    await keep(tab, 1, 'hunter2');
    const next = await openTab(browser);
    expect(next.vault.state).toBe('locked');
    await next.vault.unlock();
    expect(next.vault.state).toBe('unlocked');
    expect(await secretIn(next, 1)).toBe('hunter2');
  });

  it('gives back every text exactly', async () => {
    const tab = await openUnlocked(newBrowser());
    for (const text of ['', '\0', '\ufeffmark', 'päß 🗝️', 'x'.repeat(100_000)])
      expect(await tab.vault.open(await tab.vault.seal(text, placeOf(1)), placeOf(1))).toBe(text);
  });

  it('never seals twice alike', async () => {
    const { vault } = await openUnlocked(newBrowser());
    const [a, b] = await Promise.all([vault.seal('same', placeOf(1)), vault.seal('same', placeOf(1))]);
    expect(SealedValue.textOf(a)).not.toBe(SealedValue.textOf(b));
    expect(SealedValue.partsOf(a)?.iv).not.toBe(SealedValue.partsOf(b)?.iv);
  });

  it('refuses what needs keys when it is absent, locked or closed', async () => {
    const tab = await openTab(newBrowser());
    const attempts = () => [tab.vault.seal('x', placeOf(1)), tab.vault.setPassphrase('x'), tab.vault.removeDevice(), tab.vault.rotate([])];
    for (const attempt of attempts()) expect(await rejection(attempt)).toMatchObject({ name: 'VaultError', code: 'VAULT_ABSENT' });
    expect(await rejection(tab.vault.unlock())).toMatchObject({ code: 'VAULT_ABSENT' });
    await tab.vault.create();
    const sealed = await tab.vault.seal('x', placeOf(1));
    tab.vault.lock();
    for (const attempt of [...attempts(), tab.vault.open(sealed, placeOf(1)), tab.vault.write([], () => 1)])
      expect(await rejection(attempt)).toMatchObject({ code: 'VAULT_LOCKED' });
    tab.vault.close();
    expect(tab.vault.state).toBe('locked');
    for (const attempt of [...attempts(), tab.vault.unlock(), tab.vault.create()])
      expect(await rejection(attempt)).toMatchObject({ name: 'ClosedError' });
  });

  it('exists once', async () => {
    const { vault } = await openUnlocked(newBrowser());
    expect(await rejection(vault.create())).toMatchInlineSnapshot(
      `[VaultError: The database has a vault already. Call unlock() to use it.]`,
    );
    expect(vault.state).toBe('unlocked');
  });

  it('tells each change of its state, once', async () => {
    const { vault } = await openTab(newBrowser());
    const states: VaultState[] = [];
    const end = vault.onStateChange((state) => states.push(state));
    await vault.create();
    vault.lock();
    vault.lock();
    await vault.unlock();
    await vault.unlock();
    end();
    vault.lock();
    expect(states).toEqual(['unlocked', 'locked', 'unlocked']);
  });

  it('gives out nothing that was under way when it was locked', async () => {
    const { vault } = await openUnlocked(newBrowser());
    const sealed = await vault.seal('x', placeOf(1));
    const opening = vault.open(sealed, placeOf(1));
    vault.lock();
    expect(await rejection(opening)).toMatchObject({ code: 'VAULT_LOCKED' });
    const unlocking = vault.unlock();
    vault.lock();
    expect(await rejection(unlocking)).toMatchObject({ code: 'VAULT_LOCKED' });
    expect(vault.state).toBe('locked');
  });

  it('is of no trouble after its database was closed', async () => {
    const { vault, database } = await openUnlocked(newBrowser());
    await database.close();
    vault.close();
    expect(vault.state).toBe('locked');
  });

  it('refuses options and arguments that cannot be used', async () => {
    const { database, vault } = await openTab(newBrowser());
    for (const rounds of [599_999, 20_000_001, 600_000.5, Number.NaN])
      expect(thrownBy(() => openVault(database, { rounds }))).toMatchObject({ name: 'UsageError' });
    for (const autoLockMs of [0, -1, Number.NaN, 2 ** 31])
      expect(thrownBy(() => openVault(database, { autoLockMs }))).toMatchObject({ name: 'UsageError' });
    expect(await rejection(vault.create({ device: false }))).toMatchObject({ name: 'UsageError' });
    await vault.create();
    expect(await rejection(vault.seal('\ud800', placeOf(1)))).toMatchObject({ name: 'UsageError' });
    for (const place of [placeOf(Number.NaN), { ...placeOf(1), table: '' }, { ...placeOf(1), column: '' }])
      expect(await rejection(vault.seal('x', place))).toMatchObject({ name: 'UsageError' });
    // @ts-expect-error: the text of a column is no sealed value yet.
    expect(await rejection(vault.open('sealed1:a:b:c', placeOf(1)))).toMatchObject({ name: 'UsageError' });
    // @ts-expect-error: a row without a key has no place of its own.
    expect(await rejection(vault.seal('x', placeOf(null)))).toMatchObject({ name: 'UsageError' });
  });

  it('comes back with a file that is exported and imported', async () => {
    const browser = newBrowser();
    const tab = await openUnlocked(browser);
    await keep(tab, 1, 'hunter2');
    const file = await tab.database.export();
    const other = await openTab({ ...newBrowser(), keyStore: browser.keyStore });
    await other.database.import(file);
    expect(other.vault.state).toBe('locked');
    await other.vault.unlock();
    expect(await secretIn(other, 1)).toBe('hunter2');
  });
});

describe('a write of secrets', () => {
  it('is one strict commit, and resolves with what its callback returned', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const tab = await openUnlocked(newBrowser(faulty));
    const created = faulty.commits.length;
    expect(faulty.commits.at(-1)?.durability).toBe('strict');
    const secrets = [1, 2].map((id) => ({ text: `secret ${id}`, place: placeOf(id) }));
    const result = await tab.vault.write(secrets, (tx, sealed) => {
      for (const [index, value] of sealed.entries())
        tx.run('INSERT INTO credentials (id, secret) VALUES (?, ?)', [index + 1, SealedValue.textOf(value)]);
      return sealed.length;
    });
    expect(result).toBe(2);
    expect(faulty.commits.slice(created).map(({ durability }) => durability)).toEqual(['strict']);
    await tab.vault.write([], (tx) => tx.run('INSERT INTO credentials (id) VALUES (3)'), { durability: 'relaxed' });
    expect(faulty.commits.slice(created).map(({ durability }) => durability)).toEqual(['strict', 'relaxed']);
    expect([await secretIn(tab, 1), await secretIn(tab, 2)]).toEqual(['secret 1', 'secret 2']);
  });

  it('whose callback throws or returns a promise leaves no trace', async () => {
    const tab = await openUnlocked(newBrowser());
    const error = new RangeError('the app says no');
    const insert = 'INSERT INTO credentials (id) VALUES (1)';
    const throwing = tab.vault.write([], (tx) => {
      tx.run(insert);
      throw error;
    });
    expect(await rejection(throwing)).toBe(error);
    // @ts-expect-error: a promise does not compile.
    expect(await rejection(tab.vault.write([], async (tx) => tx.run(insert)))).toMatchObject({ code: 'TRANSACTION_ASYNC' });
    expect(tab.database.all('SELECT * FROM credentials')).toEqual([]);
  });
});

describe('a secret', () => {
  it('is sealed with a key whose bytes no script can read', async () => {
    const encrypt = vi.spyOn(crypto.subtle, 'encrypt');
    try {
      const tab = await openUnlocked(newBrowser());
      await tab.vault.setPassphrase('words');
      await tab.vault.seal('x', placeOf(1));
      tab.vault.lock();
      await tab.vault.unlock();
      await tab.vault.seal('x', placeOf(1));
      expect(encrypt.mock.calls.length).toBeGreaterThan(3);
      expect(encrypt.mock.calls.filter(([, key]) => key.extractable)).toEqual([]);
    } finally {
      encrypt.mockRestore();
    }
  });

  it('is in no byte of the file, no row, no error and no sealed value that is shown', async () => {
    const secret = 'correct-horse-battery';
    const tab = await openUnlocked(newBrowser());
    await keep(tab, 1, secret);
    const value = storedIn(tab, 1);
    const moved = await rejection(tab.vault.open(value, placeOf(2)));
    const file = new TextDecoder('latin1').decode(await tab.database.export());
    const shown = [file, JSON.stringify(tab.database.all('SELECT * FROM credentials')), String(moved), JSON.stringify(moved)];
    for (const text of shown) expect(text).not.toContain(secret);
    expect(file).toContain(SealedValue.textOf(value));
    expect(keyringOf(tab).dataKeys).toHaveLength(1);
  });

  it('shows nothing of its sealed text by accident either', () => {
    const value = SealedValue.fromText(`sealed1:abc:${'A'.repeat(16)}:${'B'.repeat(22)}`);
    for (const text of [String(value), `${value}`, JSON.stringify({ value }), Object.keys(value).join()])
      expect(text).not.toMatch(/AAA|BBB/);
    expect(String(value)).toBe('[sealed]');
    expect(String(SealedValue.fromText('gAAAAA'))).toBe('[foreign secret]');
    expect(Reflect.get(value, Symbol.for('nodejs.util.inspect.custom')).call(value)).toBe('[sealed]');
  });
});

describe('a vault that is destroyed', () => {
  it('is gone with the key of its device, in every tab, and what it sealed does not open', async () => {
    const keyStore = countingKeyStore();
    const browser = { ...newBrowser(), keyStore };
    const [tab, other] = [await openUnlocked(browser), await openUnlocked(browser)];
    await keep(tab, 1, 'geheim');
    await tab.vault.destroy();
    await other.database.refresh();
    expect([tab.vault.state, other.vault.state, keyStore.ids.size]).toEqual(['absent', 'absent', 0]);
    await expect(secretIn(tab, 1)).rejects.toMatchObject({ code: 'VAULT_ABSENT' });
    await tab.vault.create();
    await expect(secretIn(tab, 1)).rejects.toMatchObject({ code: 'SEAL_KEY_UNKNOWN' });
  });
});
