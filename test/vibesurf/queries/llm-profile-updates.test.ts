import { describe, expect, it } from 'vitest';
import { SealedValue } from '../../../src/seal/sealed-value.js';
import {
  createLlmProfile,
  deleteLlmProfile,
  getLlmProfile,
  openLlmProfile,
  updateLlmProfile,
} from '../../../src/vibesurf/queries/llm-profiles.js';
import { beforeNextWrite, idOf, openTab, openTabWith, type SqlRow } from './open-vibesurf.js';

const KEY = 'sk-plain-text-of-a-key';
const OTHER_KEY = 'sk-another-plain-text';
const work = { profileName: 'work', provider: 'openai', model: 'gpt-4o' };

const openWith = (...profiles: readonly SqlRow[]) =>
  openTabWith(
    'llm_profiles',
    profiles.map((profile, n) => ({ profile_id: idOf(n), provider: 'openai', model: 'gpt-4o', ...profile })),
  );

describe('opening a profile', () => {
  it('gives its key, here and in another tab', async () => {
    const tab = await openTab();
    await createLlmProfile(tab.store, { ...work, apiKey: KEY });
    expect(await openLlmProfile(tab.store, 'work')).toMatchObject({ profile: work, apiKey: KEY });
    const other = await openTab(tab);
    await other.vault.unlock();
    expect((await openLlmProfile(other.store, 'work'))?.apiKey).toBe(KEY);
  });

  it('gives null where there is no key, for which the backend also stores an empty text, and needs no vault', async () => {
    const { store, vault } = await openWith({ profile_name: 'none' }, { profile_name: 'empty', encrypted_api_key: '' });
    expect(await openLlmProfile(store, 'none')).toMatchObject({ profile: { profileName: 'none' }, apiKey: null });
    expect((await openLlmProfile(store, 'empty'))?.apiKey).toBeNull();
    expect(vault.state).toBe('absent');
  });

  it('gives undefined where there is no profile', async () => {
    const { store } = await openTab();
    expect(await openLlmProfile(store, 'nobody')).toBeUndefined();
  });

  it("rejects with SEAL_FOREIGN for the backend's own value, with and without a vault", async () => {
    const { store, vault } = await openWith({ profile_name: 'old', encrypted_api_key: 'Z0FBQUFB' });
    const foreign = { name: 'SealError', code: 'SEAL_FOREIGN', table: 'llm_profiles', column: 'encrypted_api_key' };
    await expect(openLlmProfile(store, 'old')).rejects.toMatchObject(foreign);
    await vault.create();
    await expect(openLlmProfile(store, 'old')).rejects.toMatchObject(foreign);
  });

  it('rejects while the vault is locked', async () => {
    const { store, vault } = await openTab();
    await createLlmProfile(store, { ...work, apiKey: KEY });
    vault.lock();
    await expect(openLlmProfile(store, 'work')).rejects.toMatchObject({ name: 'VaultError', code: 'VAULT_LOCKED' });
  });

  it('rejects for a key that was copied from another profile', async () => {
    const { store, database } = await openTab();
    await createLlmProfile(store, { ...work, apiKey: KEY });
    await createLlmProfile(store, { ...work, profileName: 'thief' });
    await database.run(
      "UPDATE llm_profiles SET encrypted_api_key = (SELECT encrypted_api_key FROM llm_profiles WHERE profile_name = 'work') WHERE profile_name = 'thief'",
    );
    await expect(openLlmProfile(store, 'thief')).rejects.toMatchObject({ code: 'SEAL_TAMPERED' });
  });
});

describe('updating a profile', () => {
  it('changes what is given, and gives the row as it is stored', async () => {
    const { db, store } = await openWith({ profile_name: 'one', description: 'kept', seed: 7 });
    const row = await updateLlmProfile(store, 'one', { model: 'o1', temperature: 0.2, seed: null, description: undefined });
    expect(row).toMatchObject({ model: 'o1', temperature: 0.2, seed: null, description: 'kept', provider: 'openai' });
    expect(row.updatedAt.getTime()).toBeGreaterThan(row.createdAt.getTime());
    expect(getLlmProfile(db, 'one')).toEqual(row);
  });

  it('leaves ids, times, the default and the sealed key of a whole row alone', async () => {
    const { db, store } = await openWith({ profile_name: 'one' }, { profile_name: 'two' });
    const [before, other] = [getLlmProfile(db, 'one'), getLlmProfile(db, 'two')];
    const foreignParts = { lastUsedAt: new Date(0), createdAt: new Date(0), isDefault: true, encryptedApiKey: SealedValue.fromText('x') };
    const patch = { ...other, ...foreignParts, profileName: 'one', description: 'new' };
    expect(await updateLlmProfile(store, 'one', patch)).toEqual({ ...before, description: 'new', updatedAt: expect.any(Date) });
  });

  it('that gives nothing leaves the row and its time of update as they were', async () => {
    const { db, store, vault } = await openWith({ profile_name: 'one' });
    const before = getLlmProfile(db, 'one');
    for (const patch of [{}, { model: undefined, apiKey: undefined }]) expect(await updateLlmProfile(store, 'one', patch)).toEqual(before);
    expect(getLlmProfile(db, 'one')).toEqual(before);
    expect(vault.state).toBe('absent');
  });

  it('seals a key that is given, keeps one that is not, and clears it for an empty text or null', async () => {
    const { store } = await openTab();
    await createLlmProfile(store, work);
    const keyAfter = async (patch: { apiKey?: string | null; model?: string }) => {
      await updateLlmProfile(store, 'work', patch);
      return (await openLlmProfile(store, 'work'))?.apiKey;
    };
    expect(await keyAfter({ apiKey: KEY })).toBe(KEY);
    expect(await keyAfter({ model: 'o1' })).toBe(KEY);
    expect(await keyAfter({ apiKey: '' })).toBeNull();
    expect(await keyAfter({ apiKey: OTHER_KEY, model: 'o3' })).toBe(OTHER_KEY);
    expect(await keyAfter({ apiKey: null })).toBeNull();
  });

  it('renames, after which the key still opens', async () => {
    const { db, store } = await openTab();
    const { profileId } = await createLlmProfile(store, { ...work, apiKey: KEY });
    expect(await updateLlmProfile(store, 'work', { profileName: 'home' })).toMatchObject({ profileId, profileName: 'home' });
    expect((await openLlmProfile(store, 'home'))?.apiKey).toBe(KEY);
    await updateLlmProfile(store, 'home', { profileName: 'work', apiKey: OTHER_KEY });
    expect((await openLlmProfile(store, 'work'))?.apiKey).toBe(OTHER_KEY);
    expect(getLlmProfile(db, 'home')).toBeUndefined();
  });

  it('refuses a name that another profile has', async () => {
    const { db, store } = await openWith({ profile_name: 'one' }, { profile_name: 'two' });
    for (const apiKey of [undefined, KEY])
      await expect(updateLlmProfile(store, 'one', { profileName: 'two', model: 'o1', apiKey })).rejects.toMatchObject({
        code: 'DUPLICATE_NAME',
      });
    expect(getLlmProfile(db, 'one')).toMatchObject({ model: 'gpt-4o', encryptedApiKey: null });
  });

  it('rejects for an unknown name, and makes no vault for it', async () => {
    const { store, vault } = await openTab();
    for (const patch of [{}, { model: 'o1' }, { apiKey: KEY }])
      await expect(updateLlmProfile(store, 'nobody', patch)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        table: 'llm_profiles',
        column: 'profile_name',
      });
    expect(vault.state).toBe('absent');
  });

  it('seals the key again when another tab has put another profile under the name meanwhile', async () => {
    const tab = await openTab();
    const { profileId } = await createLlmProfile(tab.store, work);
    const other = await openTab(tab);
    beforeNextWrite(tab.vault, async () => {
      await other.db.write((tx) => deleteLlmProfile(tx, 'work'));
      await createLlmProfile(other.store, { ...work, model: 'newer' });
    });
    const row = await updateLlmProfile(tab.store, 'work', { apiKey: KEY });
    expect(row.model).toBe('newer');
    expect(row.profileId).not.toBe(profileId);
    expect((await openLlmProfile(tab.store, 'work'))?.apiKey).toBe(KEY);
  });

  it('rejects when another tab has deleted the profile meanwhile', async () => {
    const tab = await openTab();
    await createLlmProfile(tab.store, work);
    const other = await openTab(tab);
    beforeNextWrite(tab.vault, () => other.db.write((tx) => deleteLlmProfile(tx, 'work')));
    await expect(updateLlmProfile(tab.store, 'work', { apiKey: KEY })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
