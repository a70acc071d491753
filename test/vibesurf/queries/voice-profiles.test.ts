import { describe, expect, it } from 'vitest';
import {
  createVoiceProfile,
  deleteVoiceProfile,
  getVoiceProfile,
  listVoiceProfiles,
  openVoiceProfile,
  touchVoiceProfile,
  updateVoiceProfile,
} from '../../../src/vibesurf/queries/voice-profiles.js';
import { beforeNextWrite, idOf, openTab, openTabWith, type SqlRow } from './open-vibesurf.js';

const KEY = 'sk-plain-text-of-a-key';
const speech = { voiceProfileName: 'speech', voiceModelType: 'tts', voiceModelName: 'qwen-tts' } as const;

const openWith = (...profiles: readonly SqlRow[]) =>
  openTabWith(
    'voice_profiles',
    profiles.map((profile, n) => ({ profile_id: idOf(n), voice_model_type: 'asr', voice_model_name: 'whisper', ...profile })),
  );

const namesOf = (rows: readonly { voiceProfileName: string }[]) => rows.map(({ voiceProfileName }) => voiceProfileName);

describe('creating a profile', () => {
  it('gives the stored row, active, with its key sealed', async () => {
    const { db, store } = await openTab();
    const row = await createVoiceProfile(store, { ...speech, voiceMetaParams: { voice: 'Cherry' }, apiKey: KEY });
    expect(row).toMatchObject({ ...speech, voiceMetaParams: { voice: 'Cherry' }, isActive: true, lastUsedAt: null });
    expect(row.encryptedApiKey?.isForeign).toBe(false);
    expect(getVoiceProfile(db, 'speech')).toEqual(row);
  });

  it('needs no vault without a key', async () => {
    const { store, vault } = await openTab();
    expect((await createVoiceProfile(store, speech)).encryptedApiKey).toBeNull();
    expect(vault.state).toBe('absent');
  });

  it('refuses a name that is taken', async () => {
    const { store } = await openWith({ voice_profile_name: 'speech' });
    for (const apiKey of [KEY, undefined])
      await expect(createVoiceProfile(store, { ...speech, apiKey })).rejects.toMatchObject({
        code: 'DUPLICATE_NAME',
        table: 'voice_profiles',
        column: 'voice_profile_name',
      });
  });

  it('refuses a type that is neither asr nor tts, and parameters that are no object', async () => {
    const { db, store } = await openTab();
    // @ts-expect-error There is no such type.
    const creating = createVoiceProfile(store, { ...speech, voiceModelType: 'ASR' });
    await expect(creating).rejects.toMatchObject({ code: 'COLUMN_ENUM', column: 'voice_profiles.voice_model_type' });
    // @ts-expect-error A text is no object.
    await expect(createVoiceProfile(store, { ...speech, voiceMetaParams: 'x' })).rejects.toMatchObject({ code: 'COLUMN_JSON' });
    expect(listVoiceProfiles(db)).toEqual([]);
  });
});

describe('getting a profile', () => {
  it('gives it by its name, or undefined', async () => {
    const { db } = await openWith({ voice_profile_name: 'one' });
    expect(getVoiceProfile(db, 'one')?.profileId).toBe(idOf(0));
    expect(getVoiceProfile(db, 'two')).toBeUndefined();
  });
});

describe('opening a profile', () => {
  it('gives its key, null where it has none, undefined where there is no profile', async () => {
    const { store } = await openWith({ voice_profile_name: 'none' });
    await createVoiceProfile(store, { ...speech, apiKey: KEY });
    expect(await openVoiceProfile(store, 'speech')).toMatchObject({ profile: speech, apiKey: KEY });
    expect((await openVoiceProfile(store, 'none'))?.apiKey).toBeNull();
    expect(await openVoiceProfile(store, 'nobody')).toBeUndefined();
  });

  it("rejects with SEAL_FOREIGN for the backend's own value, which lists show as such", async () => {
    const { db, store } = await openWith({ voice_profile_name: 'old', encrypted_api_key: 'Z0FBQUFB' });
    await expect(openVoiceProfile(store, 'old')).rejects.toMatchObject({ code: 'SEAL_FOREIGN', table: 'voice_profiles' });
    expect(listVoiceProfiles(db)[0]?.encryptedApiKey?.isForeign).toBe(true);
  });
});

describe('listing profiles', () => {
  it('gives the most recently used first, then the newest, active ones of both types by default', async () => {
    const { db } = await openWith(
      { voice_profile_name: 'new', created_at: '2024-01-01 00:00:00' },
      { voice_profile_name: 'off', is_active: 0 },
      { voice_profile_name: 'used', last_used_at: '2025-01-01 00:00:00' },
      { voice_profile_name: 'old', voice_model_type: 'tts' },
    );
    expect(namesOf(listVoiceProfiles(db))).toEqual(['used', 'new', 'old']);
    expect(namesOf(listVoiceProfiles(db, { voiceModelType: 'tts' }))).toEqual(['old']);
    expect(namesOf(listVoiceProfiles(db, { voiceModelType: 'asr', activeOnly: false }))).toEqual(['used', 'new', 'off']);
    expect(namesOf(listVoiceProfiles(db, { limit: -1, offset: 1 }))).toEqual(['new', 'old']);
  });

  it('gives 50 at most by default', async () => {
    const { db } = await openWith(...Array.from({ length: 51 }, (_, n) => ({ voice_profile_name: `p${n}` })));
    expect(listVoiceProfiles(db)).toHaveLength(50);
  });

  it('refuses a type that is neither asr nor tts', async () => {
    const { db } = await openTab();
    // @ts-expect-error There is no such type.
    expect(() => listVoiceProfiles(db, { voiceModelType: 'stt' })).toThrow(expect.objectContaining({ code: 'COLUMN_ENUM' }));
  });
});

describe('updating a profile', () => {
  it('changes what is given, and gives the row as it is stored', async () => {
    const { db, store } = await openWith({ voice_profile_name: 'one', description: 'kept' });
    const row = await updateVoiceProfile(store, 'one', { ...speech, description: undefined });
    expect(row).toMatchObject({ ...speech, profileId: idOf(0), description: 'kept' });
    expect(row.updatedAt.getTime()).toBeGreaterThan(row.createdAt.getTime());
    expect(getVoiceProfile(db, 'speech')).toEqual(row);
  });

  it('that gives nothing leaves the row and its time of update as they were', async () => {
    const { db, store } = await openWith({ voice_profile_name: 'one' });
    const before = getVoiceProfile(db, 'one');
    expect(await updateVoiceProfile(store, 'one', { description: undefined })).toEqual(before);
    expect(getVoiceProfile(db, 'one')).toEqual(before);
  });

  it('keeps the key over a renaming, replaces it, and clears it for an empty text', async () => {
    const { store } = await openTab();
    await createVoiceProfile(store, { ...speech, apiKey: KEY });
    await updateVoiceProfile(store, 'speech', { voiceProfileName: 'voice' });
    expect((await openVoiceProfile(store, 'voice'))?.apiKey).toBe(KEY);
    await updateVoiceProfile(store, 'voice', { apiKey: 'sk-other' });
    expect((await openVoiceProfile(store, 'voice'))?.apiKey).toBe('sk-other');
    expect((await updateVoiceProfile(store, 'voice', { apiKey: '' })).encryptedApiKey).toBeNull();
  });

  it('seals the key again when another tab has put another profile under the name meanwhile', async () => {
    const tab = await openTab();
    await createVoiceProfile(tab.store, speech);
    const other = await openTab(tab);
    beforeNextWrite(tab.vault, async () => {
      await other.db.write((tx) => deleteVoiceProfile(tx, 'speech'));
      await createVoiceProfile(other.store, { ...speech, voiceModelName: 'newer' });
    });
    await updateVoiceProfile(tab.store, 'speech', { apiKey: KEY });
    expect(await openVoiceProfile(tab.store, 'speech')).toMatchObject({ profile: { voiceModelName: 'newer' }, apiKey: KEY });
  });

  it('refuses a taken name, a type there is not, and an unknown name', async () => {
    const { store } = await openWith({ voice_profile_name: 'one' }, { voice_profile_name: 'two' });
    await expect(updateVoiceProfile(store, 'one', { voiceProfileName: 'two' })).rejects.toMatchObject({ code: 'DUPLICATE_NAME' });
    // @ts-expect-error There is no such type.
    await expect(updateVoiceProfile(store, 'one', { voiceModelType: 'stt' })).rejects.toMatchObject({ code: 'COLUMN_ENUM' });
    for (const patch of [{}, { description: 'x' }, { apiKey: KEY }])
      await expect(updateVoiceProfile(store, 'nobody', patch)).rejects.toMatchObject({ code: 'NOT_FOUND', table: 'voice_profiles' });
  });
});

describe('deleting a profile', () => {
  it('deletes that one', async () => {
    const { db } = await openWith({ voice_profile_name: 'one' }, { voice_profile_name: 'two' });
    await db.write((tx) => deleteVoiceProfile(tx, 'one'));
    expect(namesOf(listVoiceProfiles(db))).toEqual(['two']);
  });

  it('rejects for an unknown name', async () => {
    const { db } = await openTab();
    await expect(db.write((tx) => deleteVoiceProfile(tx, 'nobody'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('touching a profile', () => {
  it('notes when it was used, and gives the row as it is stored', async () => {
    const { db } = await openWith({ voice_profile_name: 'one' }, { voice_profile_name: 'two' });
    const now = new Date('2025-06-01T12:34:56.789Z');
    const row = await db.write((tx) => touchVoiceProfile(tx, 'one', { now }));
    expect(row.lastUsedAt).toEqual(now);
    expect(listVoiceProfiles(db)[0]).toEqual(row);
  });

  it('rejects for an unknown name', async () => {
    const { db } = await openTab();
    await expect(db.write((tx) => touchVoiceProfile(tx, 'nobody'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
