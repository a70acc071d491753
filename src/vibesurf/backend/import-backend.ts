import { getTableName } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import { openDatabase } from '../../database/open-database.js';
import { UsageError } from '../../errors/database-error.js';
import { quoted } from '../../migrate/normal-sql.js';
import { HEADER_BYTES, readHeader } from '../../page/header.js';
import { keyringText, putKeyringText } from '../../seal/carried-keyring.js';
import type { SealedValue } from '../../seal/sealed-value.js';
import { memoryStorage } from '../../storage/memory-storage.js';
import { vibesurfMigrations } from '../chain.js';
import { findInvalidJson, type InvalidJsonPlace } from '../invalid-json.js';
import { MODELS } from '../models/models.js';
import { type SecretStore, vaultOf } from '../queries/secrets.js';
import { type AdoptedSecrets, isReadable, secretOf, storeSealed, unopenedOf } from './adopted-secrets.js';
import { type BackendKeyOptions, type BackendSecret, backendKeysOf, readBackendSecrets } from './backend-secret.js';

export interface ImportBackendOptions extends BackendKeyOptions {
  /** Whether the rows that are here may be replaced; false by default. */
  readonly replace?: boolean;
  /** The version of the chain that the file corresponds to, for one that does not say and whose schema does not tell. */
  readonly schemaVersion?: number;
  /** Where sql.js's wasm file is served. */
  readonly wasmUrl?: string;
}

/** What an import did. It names rows by their keys and never holds a secret. */
export interface ImportReport extends AdoptedSecrets {
  /** The version that the file said; 0 of one that was made from the models. */
  readonly fromVersion: number;
  readonly toVersion: number;
  /** How many rows each table has now. */
  readonly rowsByTable: Readonly<Record<string, number>>;
  /** JSON values that do not fit their shape: they are kept, and read as `InvalidJson`. */
  readonly invalidJson: readonly InvalidJsonPlace[];
}

/**
 * Replaces the database by one of the Python backend, of any version 1 to 8 or made from its models, in one strict commit: at
 * today's schema, with every row, and with the secrets that the keys open sealed by the vault, which stays the one it was. The others are
 * kept as they were: `adoptBackendSecrets` tries them again with other keys.
 *
 * @throws {UsageError} when there are rows here and `replace` is not true.
 * @throws {VaultError} when there are secrets to seal and the vault is locked, or cannot be made.
 * @throws {FernetError} {ImportError} {NewerSchemaError} {AdoptError} {MigrationError} The database is as it was, each time.
 */
export async function importBackend(store: SecretStore, bytes: Uint8Array, options: ImportBackendOptions): Promise<ImportReport> {
  const { replace = false, schemaVersion, wasmUrl } = options;
  const { $client: database } = store.db;
  if (!replace) refuseRows(database);
  const keys = await backendKeysOf(options);
  const storage = memoryStorage('backend');
  const upgraded = await openDatabase({
    name: storage.name,
    storage,
    migrations: vibesurfMigrations,
    upgrade: 'manual',
    ...(wasmUrl !== undefined && { wasmUrl }),
  });
  try {
    await upgraded.import(bytes, schemaVersion === undefined ? {} : { schemaVersion });
    const secrets = await readBackendSecrets(upgraded, keys);
    const adopted = await adoptFor(store, upgraded, secrets);
    await database.import(await upgraded.export());
    return {
      ...adopted,
      fromVersion: readHeader(bytes.subarray(0, HEADER_BYTES))?.userVersion ?? 0,
      toVersion: database.schemaVersion,
      rowsByTable: rowsByTable(database),
      invalidJson: findInvalidJson(store.db),
    };
  } finally {
    await upgraded.close();
  }
}

/** Seals for the vault of the database that the file is for, and gives the file that vault's keys. */
async function adoptFor(store: SecretStore, upgraded: Database, secrets: readonly BackendSecret[]): Promise<AdoptedSecrets> {
  const { $client: database } = store.db;
  const readable = secrets.filter(isReadable);
  if (readable.length > 0) await vaultOf(store);
  let keyring: string | undefined;
  let sealed: SealedValue[];
  do {
    keyring = keyringText(database);
    sealed = await Promise.all(readable.map(secretOf).map(({ text, place }) => store.vault.seal(text, place)));
    // A data key that another tab has rotated meanwhile is in no keyring any more.
  } while (keyringText(database) !== keyring);
  await upgraded.write((tx) => {
    storeSealed(tx, readable, sealed);
    if (keyring !== undefined) putKeyringText(upgraded, tx, keyring);
  });
  return { sealed: readable.length, unopened: unopenedOf(secrets) };
}

function refuseRows(database: Database): void {
  const filled = Object.entries(rowsByTable(database)).filter(([, rows]) => rows > 0);
  if (filled.length === 0) return;
  throw new UsageError(
    `importBackend() replaces the whole database, and there are rows in ${filled.map(([table]) => table).join(', ')}. Keep an export() of them, then pass replace: true.`,
  );
}

/** Of the tables that there are. */
function rowsByTable(database: Database): Record<string, number> {
  const there = new Set(database.values("SELECT name FROM sqlite_schema WHERE type = 'table'").map(([name]) => name));
  const counted = MODELS.map(getTableName)
    .filter((table) => there.has(table))
    .map((table): [string, number] => {
      const [[rows] = []] = database.values(`SELECT count(*) FROM ${quoted(table)}`);
      return [table, Number(rows)];
    });
  return Object.fromEntries(counted);
}
