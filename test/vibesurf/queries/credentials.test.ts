import { describe, expect, it } from 'vitest';
import { deleteCredential, listCredentialNames, openCredential, storeCredential } from '../../../src/vibesurf/queries/credentials.js';
import { beforeNextWrite, idOf, openTab, openTabWith, type SqlRow, type Tab } from './open-vibesurf.js';

const token = { keyName: 'COMPOSIO', value: 'plain text of a token' };

const openWith = (...stored: readonly SqlRow[]) =>
  openTabWith(
    'credentials',
    stored.map((credential, n) => ({ id: idOf(n), ...credential })),
  );

const openedValue = async (tab: Tab, keyName: string) => (await openCredential(tab.store, keyName))?.value;

describe('storing a credential', () => {
  it('gives the stored row, its value sealed', async () => {
    const tab = await openTab();
    const row = await storeCredential(tab.store, { ...token, description: 'for tools' });
    expect(row).toMatchObject({ keyName: 'COMPOSIO', description: 'for tools' });
    expect(row.encryptedValue?.isForeign).toBe(false);
    expect(await openCredential(tab.store, 'COMPOSIO')).toEqual({ credential: row, value: token.value });
  });

  it('replaces the value of the name, keeps the id and the description, and gives the row as it is stored', async () => {
    const tab = await openWith({ key_name: 'COMPOSIO', encrypted_value: 'Z0FBQUFB', description: 'kept' });
    const row = await storeCredential(tab.store, token);
    expect(row).toMatchObject({ id: idOf(0), description: 'kept' });
    expect(row.updatedAt.getTime()).toBeGreaterThan(row.createdAt.getTime());
    expect(await openCredential(tab.store, 'COMPOSIO')).toEqual({ credential: row, value: token.value });
    await storeCredential(tab.store, { ...token, value: 'another', description: null });
    expect(await openCredential(tab.store, 'COMPOSIO')).toMatchObject({ credential: { description: null }, value: 'another' });
    expect(listCredentialNames(tab.db)).toEqual(['COMPOSIO']);
  });

  it('takes an empty text for a value', async () => {
    const tab = await openTab();
    await storeCredential(tab.store, { ...token, value: '' });
    expect(await openedValue(tab, 'COMPOSIO')).toBe('');
  });

  it('gives an id to a row that has none', async () => {
    const tab = await openWith({ key_name: 'COMPOSIO', id: null });
    const row = await storeCredential(tab.store, token);
    expect(row.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await openedValue(tab, 'COMPOSIO')).toBe(token.value);
  });

  it('seals again when another tab has stored the name meanwhile', async () => {
    const tab = await openTab();
    await tab.vault.create();
    const other = await openTab(tab);
    await other.vault.unlock();
    const stored: { id?: string | null } = {};
    beforeNextWrite(tab.vault, async () => {
      stored.id = (await storeCredential(other.store, { ...token, value: 'of the other tab' })).id;
    });
    const row = await storeCredential(tab.store, token);
    expect(row.id).toBe(stored.id);
    expect(await openedValue(tab, 'COMPOSIO')).toBe(token.value);
    await other.database.refresh();
    expect(await openedValue(other, 'COMPOSIO')).toBe(token.value);
  });

  it('seals again when another tab has deleted the name meanwhile', async () => {
    const tab = await openWith({ key_name: 'COMPOSIO' });
    const other = await openTab(tab);
    beforeNextWrite(tab.vault, () => other.db.write((tx) => deleteCredential(tx, 'COMPOSIO')));
    expect((await storeCredential(tab.store, token)).id).not.toBe(idOf(0));
    expect(await openedValue(tab, 'COMPOSIO')).toBe(token.value);
  });

  it('rejects while the vault is locked, and stores nothing', async () => {
    const { db, store, vault } = await openTab();
    await vault.create();
    vault.lock();
    await expect(storeCredential(store, token)).rejects.toMatchObject({ name: 'VaultError', code: 'VAULT_LOCKED' });
    expect(listCredentialNames(db)).toEqual([]);
  });
});

describe('opening a credential', () => {
  it('gives null where it has no value, and undefined where there is none', async () => {
    const tab = await openWith({ key_name: 'empty', encrypted_value: null });
    expect(await openCredential(tab.store, 'empty')).toMatchObject({ credential: { keyName: 'empty' }, value: null });
    expect(await openCredential(tab.store, 'nobody')).toBeUndefined();
  });

  it("rejects with SEAL_FOREIGN for the backend's own value, also where the row has no id", async () => {
    const { store } = await openWith(
      { key_name: 'old', encrypted_value: 'Z0FBQUFB' },
      { key_name: 'no id', encrypted_value: 'Z0FBQUFB', id: null },
    );
    for (const name of ['old', 'no id'])
      await expect(openCredential(store, name)).rejects.toMatchObject({ code: 'SEAL_FOREIGN', table: 'credentials' });
  });

  it('rejects for a value that was copied from another row, also to one without an id', async () => {
    const tab = await openWith({ key_name: 'with id' }, { key_name: 'no id', id: null });
    await storeCredential(tab.store, token);
    await tab.database.run(
      "UPDATE credentials SET encrypted_value = (SELECT encrypted_value FROM credentials WHERE key_name = 'COMPOSIO')",
    );
    for (const name of ['with id', 'no id'])
      await expect(openCredential(tab.store, name)).rejects.toMatchObject({ name: 'SealError', code: 'SEAL_TAMPERED' });
  });
});

describe('deleting a credential', () => {
  it('deletes that one', async () => {
    const { db } = await openWith({ key_name: 'one' }, { key_name: 'two' });
    await db.write((tx) => deleteCredential(tx, 'one'));
    expect(listCredentialNames(db)).toEqual(['two']);
  });

  it('rejects for an unknown name', async () => {
    const { db } = await openTab();
    const deleting = db.write((tx) => deleteCredential(tx, 'nobody'));
    await expect(deleting).rejects.toMatchObject({ code: 'NOT_FOUND', table: 'credentials', column: 'key_name' });
  });
});

describe('listing the names of credentials', () => {
  it('gives the oldest first, those of one moment as they were stored, and needs no vault', async () => {
    const { db, vault } = await openWith(
      { key_name: 'third', created_at: '2025-01-01 00:00:00.000001' },
      { key_name: 'second', created_at: '2025-01-01 00:00:00' },
      { key_name: 'b of one moment', encrypted_value: 'Z0FBQUFB' },
      { key_name: 'a of one moment' },
    );
    expect(listCredentialNames(db)).toEqual(['b of one moment', 'a of one moment', 'second', 'third']);
    expect(vault.state).toBe('absent');
  });

  it('gives nothing where there are none', async () => {
    const { db } = await openTab();
    expect(listCredentialNames(db)).toEqual([]);
  });
});
