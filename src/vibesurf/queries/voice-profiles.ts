import { and, desc, eq, sql } from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import { v4 } from 'uuid';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { type NewVoiceProfileRow, type VoiceModelType, type VoiceProfileRow, voiceProfiles } from '../models/voice-profile.js';
import { VOICE_API_KEY } from '../sealed-columns.js';
import { type ApiKeyInput, writeApiKey } from './api-key.js';
import { existing, notFound } from './existence.js';
import { type Page, pageOf } from './page.js';
import { givenOf, isEmpty, type Patch, UPDATE_TIME } from './patch.js';
import { openSecret } from './row-secret.js';
import type { SecretStore } from './secrets.js';
import { naming } from './unique.js';

const FIELDS = ['voiceProfileName', 'voiceModelType', 'voiceModelName', 'voiceMetaParams', 'description', 'isActive'] as const;
type Field = (typeof FIELDS)[number];

export type VoiceProfileInput = Pick<NewVoiceProfileRow, Field> & ApiKeyInput;
export type VoiceProfilePatch = Patch<NewVoiceProfileRow, Field> & ApiKeyInput;

export interface VoiceProfileFilter extends Page {
  /** Those of one type; of both by default. */
  readonly voiceModelType?: VoiceModelType;
  /** Leaves out those that are not active; true by default. */
  readonly activeOnly?: boolean;
}

/** A profile, and its API key in plain text; null when it has none. */
export interface OpenVoiceProfile {
  readonly profile: VoiceProfileRow;
  readonly apiKey: string | null;
}

/**
 * Makes a profile, its API key sealed.
 *
 * @throws {DuplicateNameError} when its name is taken.
 * @throws {InvalidValueError} `COLUMN_ENUM` when its type is neither asr nor tts.
 * @throws {InvalidJsonError} {VaultError}
 */
export function createVoiceProfile(store: SecretStore, input: VoiceProfileInput): Promise<VoiceProfileRow> {
  const profileId = v4();
  const given = givenOf(input, FIELDS);
  return writeApiKey(store, input, {
    column: VOICE_API_KEY,
    idIn: () => profileId,
    change: (tx, encryptedApiKey) => {
      const values = { ...given, profileId, encryptedApiKey };
      return naming(() => tx.insert(voiceProfiles).values(values).returning().get());
    },
  });
}

export function getVoiceProfile(db: DrizzleReader, voiceProfileName: string): VoiceProfileRow | undefined {
  return db.select().from(voiceProfiles).where(eq(voiceProfiles.voiceProfileName, voiceProfileName)).get();
}

/**
 * A profile with its API key.
 *
 * @throws {SealError} when the key does not open; `SEAL_FOREIGN` for one that the backend encrypted.
 * @throws {VaultError} when the vault is locked or absent.
 */
export async function openVoiceProfile(store: SecretStore, voiceProfileName: string): Promise<OpenVoiceProfile | undefined> {
  const profile = getVoiceProfile(store.db, voiceProfileName);
  if (!profile) return undefined;
  const apiKey = await openSecret(store, profile.encryptedApiKey, { ...VOICE_API_KEY, primaryKey: profile.profileId });
  return { profile, apiKey };
}

/**
 * The most recently used first, then the newest; at most 50 by default.
 *
 * @throws {InvalidValueError} `COLUMN_ENUM` for a type that is neither asr nor tts.
 * @throws {UsageError} for a limit or an offset that is none.
 */
export function listVoiceProfiles(db: DrizzleReader, filter: VoiceProfileFilter = {}): VoiceProfileRow[] {
  const { voiceModelType, activeOnly = true } = filter;
  const { limit, offset } = pageOf(filter);
  const isOfType = voiceModelType === undefined ? undefined : eq(voiceProfiles.voiceModelType, voiceModelType);
  return db
    .select()
    .from(voiceProfiles)
    .where(and(isOfType, activeOnly ? eq(voiceProfiles.isActive, true) : undefined))
    .orderBy(desc(voiceProfiles.lastUsedAt), desc(voiceProfiles.createdAt), sql`rowid DESC`)
    .limit(limit)
    .offset(offset)
    .all();
}

/**
 * Changes what is given, and seals a given API key. A renamed profile keeps its key.
 *
 * @throws {NotFoundError} when there is no such profile.
 * @throws {DuplicateNameError} when its new name is taken.
 * @throws {InvalidValueError} `COLUMN_ENUM` when its new type is neither asr nor tts.
 * @throws {InvalidJsonError} {VaultError}
 */
export function updateVoiceProfile(store: SecretStore, voiceProfileName: string, patch: VoiceProfilePatch): Promise<VoiceProfileRow> {
  const given = givenOf(patch, FIELDS);
  const expected = (db: DrizzleReader) => existing(getVoiceProfile(db, voiceProfileName), voiceProfiles.voiceProfileName);
  return writeApiKey(store, patch, {
    column: VOICE_API_KEY,
    idIn: (db) => expected(db).profileId,
    change: (tx, encryptedApiKey) => {
      const values = { ...given, encryptedApiKey };
      return isEmpty(values) ? expected(tx) : update(tx, voiceProfileName, values);
    },
  });
}

/** @throws {NotFoundError} */
export function deleteVoiceProfile(tx: DrizzleWriter, voiceProfileName: string): void {
  const { changes } = tx.delete(voiceProfiles).where(eq(voiceProfiles.voiceProfileName, voiceProfileName)).run();
  if (changes === 0) throw notFound(voiceProfiles.voiceProfileName);
}

/** Notes that the profile was used. @throws {NotFoundError} */
export function touchVoiceProfile(
  tx: DrizzleWriter,
  voiceProfileName: string,
  { now = new Date() }: { readonly now?: Date } = {},
): VoiceProfileRow {
  return update(tx, voiceProfileName, { lastUsedAt: now });
}

function update(tx: DrizzleWriter, voiceProfileName: string, values: SQLiteUpdateSetSource<typeof voiceProfiles>): VoiceProfileRow {
  const { voiceProfileName: name } = voiceProfiles;
  const set = { ...values, updatedAt: UPDATE_TIME };
  return existing(
    naming(() => tx.update(voiceProfiles).set(set).where(eq(name, voiceProfileName)).returning().get()),
    name,
  );
}
