import { eq, sql } from 'drizzle-orm';
import { v4 } from 'uuid';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { type CredentialRow, credentials } from '../models/credential.js';
import { CREDENTIAL_VALUE } from '../sealed-columns.js';
import { notFound } from './existence.js';
import { UPDATE_TIME } from './patch.js';
import { openSecret, type SealedForRow, storeSecret } from './row-secret.js';
import type { SecretStore } from './secrets.js';

export interface CredentialInput {
  readonly keyName: string;
  /** In plain text; stored sealed. */
  readonly value: string;
  /** Undefined leaves the one there is. */
  readonly description?: string | null | undefined;
}

/** A credential, and its value in plain text; null when it has none. */
export interface OpenCredential {
  readonly credential: CredentialRow;
  readonly value: string | null;
}

/** Stores a secret under a name, in the place of the one there was. @throws {VaultError} when the vault is locked. */
export function storeCredential(store: SecretStore, input: CredentialInput): Promise<CredentialRow> {
  const newId = v4();
  return storeSecret(store, input.value, {
    column: CREDENTIAL_VALUE,
    // SQLite takes NULL for this key, and a sealed value is bound to one: such a row gets an id.
    idIn: (db) => rowOf(db, input.keyName)?.id ?? newId,
    change: (tx, sealed) => upsert(tx, input, sealed),
  });
}

/**
 * A credential with its value.
 *
 * @throws {SealError} when the value does not open; `SEAL_FOREIGN` for one that the backend encrypted.
 * @throws {VaultError} when the vault is locked or absent.
 */
export async function openCredential(store: SecretStore, keyName: string): Promise<OpenCredential | undefined> {
  const credential = rowOf(store.db, keyName);
  if (!credential) return undefined;
  // No value was sealed for a row without an id: one that stands there does not authenticate.
  const value = await openSecret(store, credential.encryptedValue, { ...CREDENTIAL_VALUE, primaryKey: credential.id ?? '' });
  return { credential, value };
}

/** @throws {NotFoundError} */
export function deleteCredential(tx: DrizzleWriter, keyName: string): void {
  if (tx.delete(credentials).where(eq(credentials.keyName, keyName)).run().changes === 0) throw notFound(credentials.keyName);
}

/** The names of all credentials, the oldest first. */
export function listCredentialNames(db: DrizzleReader): string[] {
  const rows = db.select({ keyName: credentials.keyName }).from(credentials).orderBy(credentials.createdAt, sql`rowid`).all();
  return rows.map(({ keyName }) => keyName);
}

function rowOf(db: DrizzleReader, keyName: string): CredentialRow | undefined {
  return db.select().from(credentials).where(eq(credentials.keyName, keyName)).get();
}

function upsert(tx: DrizzleWriter, { keyName, description }: CredentialInput, { id, value }: SealedForRow): CredentialRow {
  return tx
    .insert(credentials)
    .values({ id, keyName, encryptedValue: value, description })
    .onConflictDoUpdate({ target: credentials.keyName, set: { id, encryptedValue: value, description, updatedAt: UPDATE_TIME } })
    .returning()
    .get();
}
