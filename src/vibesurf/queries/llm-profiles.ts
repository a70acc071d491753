import { and, desc, eq, exists, or, sql } from 'drizzle-orm';
import type { SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import { v4 } from 'uuid';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { type LlmProfileRow, llmProfiles, type NewLlmProfileRow } from '../models/llm-profile.js';
import { LLM_API_KEY } from '../sealed-columns.js';
import { type ApiKeyInput, writeApiKey } from './api-key.js';
import { existing, notFound } from './existence.js';
import { type Page, pageOf } from './page.js';
import { givenOf, isEmpty, type Patch, UPDATE_TIME } from './patch.js';
import { openSecret } from './row-secret.js';
import type { SecretStore } from './secrets.js';
import { naming } from './unique.js';

const FIELDS = [
  'profileName',
  'provider',
  'model',
  'baseUrl',
  'temperature',
  'maxTokens',
  'topP',
  'frequencyPenalty',
  'seed',
  'providerConfig',
  'description',
  'isActive',
] as const;
type Field = (typeof FIELDS)[number];

/** A new profile. Which one is the default is for `setDefaultLlmProfile` alone to say. */
export type LlmProfileInput = Pick<NewLlmProfileRow, Field> & ApiKeyInput;
export type LlmProfilePatch = Patch<NewLlmProfileRow, Field> & ApiKeyInput;

export interface LlmProfileFilter extends Page {
  /** Leaves out those that are not active; true by default. */
  readonly activeOnly?: boolean;
}

/** A profile, and its API key in plain text; null when it has none. */
export interface OpenLlmProfile {
  readonly profile: LlmProfileRow;
  readonly apiKey: string | null;
}

/**
 * Makes a profile, its API key sealed.
 *
 * @throws {DuplicateNameError} when its name is taken.
 * @throws {InvalidJsonError} {VaultError}
 */
export function createLlmProfile(store: SecretStore, input: LlmProfileInput): Promise<LlmProfileRow> {
  const profileId = v4();
  const given = givenOf(input, FIELDS);
  return writeApiKey(store, input, {
    column: LLM_API_KEY,
    idIn: () => profileId,
    change: (tx, encryptedApiKey) => {
      const values = { ...given, providerConfig: given.providerConfig ?? {}, profileId, encryptedApiKey };
      return naming(() => tx.insert(llmProfiles).values(values).returning().get());
    },
  });
}

export function getLlmProfile(db: DrizzleReader, profileName: string): LlmProfileRow | undefined {
  return db.select().from(llmProfiles).where(eq(llmProfiles.profileName, profileName)).get();
}

/**
 * A profile with its API key.
 *
 * @throws {SealError} when the key does not open; `SEAL_FOREIGN` for one that the backend encrypted.
 * @throws {VaultError} when the vault is locked or absent.
 */
export async function openLlmProfile(store: SecretStore, profileName: string): Promise<OpenLlmProfile | undefined> {
  const profile = getLlmProfile(store.db, profileName);
  if (!profile) return undefined;
  const apiKey = await openSecret(store, profile.encryptedApiKey, { ...LLM_API_KEY, primaryKey: profile.profileId });
  return { profile, apiKey };
}

/** The most recently used first, then the newest; at most 50 by default. @throws {UsageError} */
export function listLlmProfiles(db: DrizzleReader, filter: LlmProfileFilter = {}): LlmProfileRow[] {
  const { activeOnly = true } = filter;
  const { limit, offset } = pageOf(filter);
  return db
    .select()
    .from(llmProfiles)
    .where(activeOnly ? eq(llmProfiles.isActive, true) : undefined)
    .orderBy(desc(llmProfiles.lastUsedAt), desc(llmProfiles.createdAt), sql`rowid DESC`)
    .limit(limit)
    .offset(offset)
    .all();
}

/**
 * Changes what is given, and seals a given API key. A renamed profile keeps its key.
 *
 * @throws {NotFoundError} when there is no such profile.
 * @throws {DuplicateNameError} when its new name is taken.
 * @throws {InvalidJsonError} {VaultError}
 */
export function updateLlmProfile(store: SecretStore, profileName: string, patch: LlmProfilePatch): Promise<LlmProfileRow> {
  const given = givenOf(patch, FIELDS);
  return writeApiKey(store, patch, {
    column: LLM_API_KEY,
    idIn: (db) => existing(getLlmProfile(db, profileName), llmProfiles.profileName).profileId,
    change: (tx, encryptedApiKey) => {
      const values = { ...given, encryptedApiKey };
      if (isEmpty(values)) return existing(getLlmProfile(tx, profileName), llmProfiles.profileName);
      return update(tx, profileName, values);
    },
  });
}

/** @throws {NotFoundError} */
export function deleteLlmProfile(tx: DrizzleWriter, profileName: string): void {
  const { changes } = tx.delete(llmProfiles).where(eq(llmProfiles.profileName, profileName)).run();
  if (changes === 0) throw notFound(llmProfiles.profileName);
}

export function getDefaultLlmProfile(db: DrizzleReader): LlmProfileRow | undefined {
  return db.select().from(llmProfiles).where(eq(llmProfiles.isDefault, true)).get();
}

/**
 * Makes this profile the default, and every other one not.
 *
 * @throws {NotFoundError} when there is no such profile; the default stays what it was.
 */
export function setDefaultLlmProfile(tx: DrizzleWriter, profileName: string): LlmProfileRow {
  const isThis = eq(llmProfiles.profileName, profileName);
  const isThere = exists(tx.select({ one: sql`1` }).from(llmProfiles).where(isThis));
  const rows = tx
    .update(llmProfiles)
    .set({ isDefault: isThis, updatedAt: UPDATE_TIME })
    .where(and(isThere, or(isThis, eq(llmProfiles.isDefault, true))))
    .returning()
    .all();
  return existing(
    rows.find((row) => row.profileName === profileName),
    llmProfiles.profileName,
  );
}

/** Notes that the profile was used. @throws {NotFoundError} */
export function touchLlmProfile(tx: DrizzleWriter, profileName: string, { now = new Date() }: { readonly now?: Date } = {}): LlmProfileRow {
  return update(tx, profileName, { lastUsedAt: now });
}

function update(tx: DrizzleWriter, profileName: string, values: SQLiteUpdateSetSource<typeof llmProfiles>): LlmProfileRow {
  const { profileName: name } = llmProfiles;
  const set = { ...values, updatedAt: UPDATE_TIME };
  return existing(
    naming(() => tx.update(llmProfiles).set(set).where(eq(name, profileName)).returning().get()),
    name,
  );
}
