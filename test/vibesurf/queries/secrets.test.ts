import { getTableConfig } from 'drizzle-orm/sqlite-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MODELS } from '../../../src/vibesurf/models/models.js';
import { listCredentialNames, openCredential, storeCredential } from '../../../src/vibesurf/queries/credentials.js';
import {
  createLlmProfile,
  getLlmProfile,
  listLlmProfiles,
  openLlmProfile,
  touchLlmProfile,
  updateLlmProfile,
} from '../../../src/vibesurf/queries/llm-profiles.js';
import {
  createVoiceProfile,
  getVoiceProfile,
  listVoiceProfiles,
  openVoiceProfile,
  updateVoiceProfile,
} from '../../../src/vibesurf/queries/voice-profiles.js';
import { SEALED_COLUMNS } from '../../../src/vibesurf/sealed-columns.js';
import { openTab, type Tab } from './open-vibesurf.js';

const LLM_KEY = 'sk-plain-text-for-the-llm';
const VOICE_KEY = 'sk-plain-text-for-the-voice';
const TOKEN = 'plain text of the token';
const SECRETS = [LLM_KEY, VOICE_KEY, TOKEN];

const llm = { profileName: 'work', provider: 'openai', model: 'gpt-4o', apiKey: LLM_KEY };
const voice = { voiceProfileName: 'speech', voiceModelType: 'tts', voiceModelName: 'qwen-tts', apiKey: VOICE_KEY } as const;
const credential = { keyName: 'COMPOSIO', value: TOKEN };

async function storeAll({ store }: Tab): Promise<unknown[]> {
  return [await createLlmProfile(store, llm), await createVoiceProfile(store, voice), await storeCredential(store, credential)];
}

/** What anybody sees of values: their JSON, their text, and everything that can be reached in them. */
function shown(values: readonly unknown[]): string {
  const seen = new Set<unknown>();
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (seen.has(value)) return;
    seen.add(value);
    if (value instanceof Error) texts.push(value.message, String(value.stack));
    if (typeof value !== 'object' || value === null) return void texts.push(String(value));
    texts.push(JSON.stringify(value), `${value}`);
    for (const key of Reflect.ownKeys(value)) visit(Reflect.get(value, key));
  };
  values.forEach(visit);
  return texts.join('\n');
}

/** The bytes of a file as text of one character each. */
function textOfBytes(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

function expectNoSecretIn(text: string): void {
  for (const secret of SECRETS) expect(text).not.toContain(secret);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a secret', () => {
  it('is in no row and no list', async () => {
    const tab = await openTab();
    const written = await storeAll(tab);
    const updated = [await updateLlmProfile(tab.store, 'work', { apiKey: LLM_KEY }), await updateVoiceProfile(tab.store, 'speech', voice)];
    const { db } = tab;
    const read = [getLlmProfile(db, 'work'), getVoiceProfile(db, 'speech'), listLlmProfiles(db), listVoiceProfiles(db)];
    const text = shown([...written, ...updated, ...read, listCredentialNames(db), await db.write((tx) => touchLlmProfile(tx, 'work'))]);
    expect(text).toContain('[sealed]');
    expectNoSecretIn(text);
  });

  it('is in no row beside which it is given', async () => {
    const tab = await openTab();
    await storeAll(tab);
    const opened = [await openLlmProfile(tab.store, 'work'), await openVoiceProfile(tab.store, 'speech')];
    expect(opened.map((each) => each?.apiKey)).toEqual([LLM_KEY, VOICE_KEY]);
    const openToken = await openCredential(tab.store, 'COMPOSIO');
    expect(openToken?.value).toBe(TOKEN);
    expectNoSecretIn(shown([...opened.map((each) => each?.profile), openToken?.credential]));
  });

  it('is in no error and no cause of one', async () => {
    const tab = await openTab();
    await storeAll(tab);
    const { store, vault } = tab;
    const failing = [
      () => createLlmProfile(store, llm),
      () => createVoiceProfile(store, voice),
      () => updateLlmProfile(store, 'nobody', llm),
      // @ts-expect-error A list is no object.
      () => updateLlmProfile(store, 'work', { ...llm, providerConfig: [LLM_KEY] }),
      // @ts-expect-error There is no such type.
      () => updateVoiceProfile(store, 'speech', { voiceModelType: VOICE_KEY, apiKey: VOICE_KEY }),
      () => storeCredential(store, { keyName: 'COMPOSIO', value: `${TOKEN}\ud800` }),
    ];
    const errors = await Promise.all(failing.map((run) => run().catch((thrown: unknown) => thrown)));
    vault.lock();
    errors.push(await storeCredential(store, credential).catch((thrown: unknown) => thrown));
    expect(errors.map((error) => error instanceof Error && error.name)).toEqual([
      'DuplicateNameError',
      'DuplicateNameError',
      'NotFoundError',
      'InvalidJsonError',
      'InvalidValueError',
      'UsageError',
      'VaultError',
    ]);
    expectNoSecretIn(shown(errors));
  });

  it('is in no event of a subscription', async () => {
    const tab = await openTab();
    const other = await openTab(tab);
    const events: unknown[] = [];
    for (const { database } of [tab, other]) database.subscribe('all', (...change) => void events.push(...change));
    await storeAll(tab);
    await other.database.refresh();
    await vi.waitFor(() => expect(shown(events)).toContain('credentials'));
    expectNoSecretIn(shown(events));
  });

  it('is not in the bytes of the file, nor of one that is exported once it was replaced and cleared', async () => {
    const tab = await openTab();
    await storeAll(tab);
    const bytes = textOfBytes(await tab.database.export());
    expect(bytes).toContain('sealed1:');
    expectNoSecretIn(bytes);
    await updateLlmProfile(tab.store, 'work', { apiKey: '' });
    await storeCredential(tab.store, { ...credential, value: 'another' });
    expectNoSecretIn(textOfBytes(await tab.database.export()));
  });
});

describe('the columns of sealed values', () => {
  it('are those that the models have, each with the primary key of its table', () => {
    const ofModels = MODELS.flatMap((model) => {
      const { name, columns, primaryKeys } = getTableConfig(model);
      const primaryKey = [...columns.filter(({ primary }) => primary), ...primaryKeys.flatMap((key) => key.columns)].map(
        (each) => each.name,
      );
      const sealed = columns.filter((column) => {
        try {
          column.mapToDriverValue('plain');
          return false;
        } catch (thrown) {
          return thrown instanceof Error && 'code' in thrown && thrown.code === 'COLUMN_SEALED';
        }
      });
      return sealed.map((column) => ({ table: name, column: column.name, primaryKey: primaryKey.join(', ') }));
    });
    expect(SEALED_COLUMNS).toEqual(ofModels);
  });

  it('are all that a rotation needs: every secret opens after it', async () => {
    const tab = await openTab();
    await storeAll(tab);
    expect(await tab.vault.rotate(SEALED_COLUMNS)).toMatchObject({ resealed: 3, foreign: 0 });
    expect((await openLlmProfile(tab.store, 'work'))?.apiKey).toBe(LLM_KEY);
    expect((await openVoiceProfile(tab.store, 'speech'))?.apiKey).toBe(VOICE_KEY);
    expect((await openCredential(tab.store, 'COMPOSIO'))?.value).toBe(TOKEN);
  });
});

describe('the time of an update', () => {
  it('is in the row that is given as the trigger stores it, however late the clock is by then', async () => {
    const { db, store } = await openTab();
    await createLlmProfile(store, { ...llm, apiKey: null });
    let now = Date.UTC(2040, 0, 1);
    vi.spyOn(Date, 'now').mockImplementation(() => {
      now += 1000;
      return now;
    });
    const row = await updateLlmProfile(store, 'work', { model: 'o1' });
    expect(row.updatedAt.getUTCFullYear()).toBe(2040);
    expect(getLlmProfile(db, 'work')).toEqual(row);
  });
});
