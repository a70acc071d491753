import { describe, expect, it } from 'vitest';
import {
  createLlmProfile,
  deleteLlmProfile,
  getDefaultLlmProfile,
  getLlmProfile,
  listLlmProfiles,
  setDefaultLlmProfile,
  touchLlmProfile,
} from '../../../src/vibesurf/queries/llm-profiles.js';
import { idOf, openTab, openTabWith, type SqlRow, type Tab } from './open-vibesurf.js';

const KEY = 'sk-plain-text-of-a-key';
const work = { profileName: 'work', provider: 'openai', model: 'gpt-4o' };

const openWith = (...profiles: readonly SqlRow[]) =>
  openTabWith(
    'llm_profiles',
    profiles.map((profile, n) => ({ profile_id: idOf(n), provider: 'openai', model: 'gpt-4o', ...profile })),
  );

const namesOf = (rows: readonly { profileName: string }[]) => rows.map(({ profileName }) => profileName);

describe('creating a profile', () => {
  it('gives the stored row, active, not the default, with an empty provider configuration', async () => {
    const { db, store } = await openTab();
    const row = await createLlmProfile(store, { ...work, temperature: 0.7, maxTokens: 1000 });
    expect(row).toMatchObject({ ...work, temperature: 0.7, maxTokens: 1000, isActive: true, isDefault: false });
    expect(row).toMatchObject({ encryptedApiKey: null, lastUsedAt: null, updatedAt: row.createdAt });
    expect(row.providerConfig).toEqual({});
    expect(getLlmProfile(db, 'work')).toEqual(row);
  });

  it('seals an API key in a vault that it makes, and makes none without a key', async () => {
    const { store, vault } = await openTab();
    await createLlmProfile(store, { ...work, apiKey: '' });
    await createLlmProfile(store, { ...work, profileName: 'second', apiKey: null });
    expect(vault.state).toBe('absent');
    const row = await createLlmProfile(store, { ...work, profileName: 'third', apiKey: KEY });
    expect(vault.state).toBe('unlocked');
    expect(row.encryptedApiKey?.isForeign).toBe(false);
  });

  it('takes no id, time or default of a whole row', async () => {
    const { db, store } = await openTab();
    const row = await createLlmProfile(store, work);
    await db.write((tx) => setDefaultLlmProfile(tx, 'work'));
    const lastUsedAt = new Date(0);
    const wholeRow = { ...row, lastUsedAt, isDefault: true, createdAt: lastUsedAt, profileName: 'copy' };
    const copy = await createLlmProfile(store, wholeRow);
    expect(copy).toMatchObject({ lastUsedAt: null, isDefault: false });
    expect(copy.createdAt).not.toEqual(lastUsedAt);
    expect(copy.profileId).not.toBe(row.profileId);
  });

  it('refuses a name that is taken, with or without a key', async () => {
    const { db, store } = await openTab();
    await createLlmProfile(store, work);
    for (const apiKey of [KEY, undefined])
      await expect(createLlmProfile(store, { ...work, model: 'other', apiKey })).rejects.toMatchObject({
        code: 'DUPLICATE_NAME',
        table: 'llm_profiles',
        column: 'profile_name',
      });
    expect(listLlmProfiles(db)).toMatchObject([work]);
  });

  it('refuses a provider configuration that is no object', async () => {
    const { db, store } = await openTab();
    // @ts-expect-error A list is no object.
    await expect(createLlmProfile(store, { ...work, providerConfig: ['x'] })).rejects.toMatchObject({
      code: 'COLUMN_JSON',
      column: 'llm_profiles.provider_config',
    });
    expect(listLlmProfiles(db)).toEqual([]);
  });

  it('refuses a key while the vault is locked, and stores nothing', async () => {
    const { db, store, vault } = await openTab();
    await vault.create();
    vault.lock();
    await expect(createLlmProfile(store, { ...work, apiKey: KEY })).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(getLlmProfile(db, 'work')).toBeUndefined();
  });
});

describe('getting a profile', () => {
  it('gives it by its name, or undefined', async () => {
    const { db } = await openWith({ profile_name: 'one' });
    expect(getLlmProfile(db, 'one')?.profileId).toBe(idOf(0));
    expect(getLlmProfile(db, 'two')).toBeUndefined();
  });

  it('sees what the transaction that it is asked in has done', async () => {
    const { db } = await openWith({ profile_name: 'one' });
    const found = await db.write((tx) => {
      deleteLlmProfile(tx, 'one');
      return getLlmProfile(tx, 'one');
    });
    expect(found).toBeUndefined();
  });
});

describe('listing profiles', () => {
  const used = (profile_name: string, last_used_at: string) => ({ profile_name, last_used_at });

  it('gives the most recently used first, then the newest, in both formats of a time', async () => {
    const { db } = await openWith(
      { profile_name: 'never, new', created_at: '2024-01-01 00:00:00' },
      used('used first', '2025-01-01 10:00:00'),
      { profile_name: 'never, old' },
      used('used last', '2025-01-01 10:00:00.500000'),
      { profile_name: 'never, newest of two', created_at: '2024-01-01 00:00:00' },
    );
    expect(namesOf(listLlmProfiles(db))).toEqual(['used last', 'used first', 'never, newest of two', 'never, new', 'never, old']);
  });

  it('leaves out what is not active unless it is asked for', async () => {
    const { db } = await openWith({ profile_name: 'off', is_active: 0 }, { profile_name: 'on' });
    expect(namesOf(listLlmProfiles(db))).toEqual(['on']);
    expect(namesOf(listLlmProfiles(db, { activeOnly: false }))).toEqual(['on', 'off']);
  });

  it('gives 50 at most by default, all of them for -1, and leaves out those before', async () => {
    const { db } = await openWith(...Array.from({ length: 53 }, (_, n) => ({ profile_name: `p${n}` })));
    expect(listLlmProfiles(db)).toHaveLength(50);
    expect(listLlmProfiles(db, { limit: -1 })).toHaveLength(53);
    expect(namesOf(listLlmProfiles(db, { limit: 2, offset: 1 }))).toEqual(['p51', 'p50']);
    expect(namesOf(listLlmProfiles(db, { limit: -1, offset: 52 }))).toEqual(['p0']);
  });

  it('refuses a limit that is none', async () => {
    const { db } = await openTab();
    expect(() => listLlmProfiles(db, { limit: -2 })).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });

  it('shows which keys are foreign', async () => {
    const { db, store } = await openWith({ profile_name: 'old', encrypted_api_key: 'Z0FBQUFB' });
    await createLlmProfile(store, { ...work, apiKey: KEY });
    expect(listLlmProfiles(db).map(({ encryptedApiKey }) => encryptedApiKey?.isForeign)).toEqual([false, true]);
  });
});

describe('deleting a profile', () => {
  it('deletes that one', async () => {
    const { db } = await openWith({ profile_name: 'one' }, { profile_name: 'two' });
    await db.write((tx) => deleteLlmProfile(tx, 'one'));
    expect(namesOf(listLlmProfiles(db))).toEqual(['two']);
  });

  it('rejects for an unknown name', async () => {
    const { db } = await openWith({ profile_name: 'one' });
    await expect(db.write((tx) => deleteLlmProfile(tx, 'nobody'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the default profile', () => {
  const defaults = ({ db }: Tab) => namesOf(listLlmProfiles(db, { activeOnly: false }).filter(({ isDefault }) => isDefault));

  it('is undefined until there is one', async () => {
    const { db } = await openWith({ profile_name: 'one' });
    expect(getDefaultLlmProfile(db)).toBeUndefined();
    const row = await db.write((tx) => setDefaultLlmProfile(tx, 'one'));
    expect(row.isDefault).toBe(true);
    expect(getDefaultLlmProfile(db)).toEqual(row);
  });

  it('is exactly one once it is set, whatever was so before', async () => {
    const tab = await openWith(
      { profile_name: 'one', is_default: 1 },
      { profile_name: 'two', is_default: 1, is_active: 0 },
      { profile_name: 'three' },
    );
    for (const name of ['three', 'one', 'one']) {
      await tab.db.write((tx) => setDefaultLlmProfile(tx, name));
      expect(defaults(tab)).toEqual([name]);
    }
  });

  it('is set without a touch of profiles that were and are not the default', async () => {
    const { db } = await openWith({ profile_name: 'one' }, { profile_name: 'two' });
    const before = getLlmProfile(db, 'two');
    await db.write((tx) => setDefaultLlmProfile(tx, 'one'));
    expect(getLlmProfile(db, 'two')).toEqual(before);
  });

  it('stays as it was when an unknown name is to be it', async () => {
    const tab = await openWith({ profile_name: 'one', is_default: 1 }, { profile_name: 'two' });
    const before = listLlmProfiles(tab.db);
    const caught = await tab.db.write((tx) => {
      try {
        return setDefaultLlmProfile(tx, 'nobody');
      } catch (thrown) {
        return { thrown };
      }
    });
    expect(caught).toMatchObject({ thrown: { code: 'NOT_FOUND', table: 'llm_profiles', column: 'profile_name' } });
    expect(listLlmProfiles(tab.db)).toEqual(before);
  });
});

describe('touching a profile', () => {
  it('notes when it was used, and gives the row as it is stored', async () => {
    const { db } = await openWith({ profile_name: 'one' }, { profile_name: 'two' });
    const now = new Date('2025-06-01T12:34:56.789Z');
    const row = await db.write((tx) => touchLlmProfile(tx, 'one', { now }));
    expect(row.lastUsedAt).toEqual(now);
    expect(getLlmProfile(db, 'one')).toEqual(row);
    expect(namesOf(listLlmProfiles(db))).toEqual(['one', 'two']);
  });

  it('takes the time of day where none is given', async () => {
    const { db } = await openWith({ profile_name: 'one' });
    const before = Date.now();
    const { lastUsedAt } = await db.write((tx) => touchLlmProfile(tx, 'one'));
    expect(lastUsedAt?.getTime()).toBeGreaterThanOrEqual(before);
  });

  it('rejects for an unknown name', async () => {
    const { db } = await openTab();
    await expect(db.write((tx) => touchLlmProfile(tx, 'nobody'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
