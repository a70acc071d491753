import { getTableName } from 'drizzle-orm';
import type { Database, DatabaseReader } from '../../database/database.js';
import { drizzle } from '../../drizzle/drizzle.js';
import { ImportError, UsageError } from '../../errors/database-error.js';
import { quoted } from '../../migrate/normal-sql.js';
import { KEYS_TABLE, OWN_TABLES } from '../../migrate/own-table.js';
import { HEADER_BYTES, readHeader } from '../../page/header.js';
import { keyringText, putKeyringText } from '../../seal/carried-keyring.js';
import { findInvalidValues, type InvalidValuePlace } from '../invalid-values.js';
import { MODELS } from '../models/models.js';
import { type SecretStore, vaultOf } from '../queries/secrets.js';
import { type AdoptedSecrets, adoptedOf, isReadable, secretOf, storeSealed } from './adopted-secrets.js';
import { type BackendKeyOptions, type BackendSecret, backendKeysOf, readBackendSecrets } from './backend-secret.js';
import { openUpgradedCopy, type UpgradedCopyOptions } from './upgraded-copy.js';

export interface ImportBackendOptions extends BackendKeyOptions {
  /** Whether rows, and tables that are not VibeSurf's, may be taken away; false by default. */
  readonly replace?: boolean;
  /** The version of the chain that the file corresponds to, for one that does not say and whose schema does not tell. */
  readonly schemaVersion?: number;
  /** The most bytes that the file may have, and what to do with foreign triggers, views and other code, as `import` takes them. */
  readonly maxBytes?: number;
  readonly foreignObjects?: 'refuse' | 'drop' | 'keep';
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
  /** Values that do not fit their column: they are kept, and read as `InvalidJson`, an invalid Date or NaN. */
  readonly invalid: readonly InvalidValuePlace[];
}

/** The vault has changed since its keys were put into the file. */
class KeysChanged extends Error {}

/**
 * Replaces the database by one of the Python backend, of any version 1 to 8 or made from its models, in one strict commit: at
 * today's schema, with every row, and with the secrets that the keys open sealed by the vault, which stays the one it was. The others are
 * kept as they were: `adoptBackendSecrets` tries them again with other keys.
 *
 * @throws {UsageError} when there are rows here, or tables that are not VibeSurf's, and `replace` is not true.
 * @throws {VaultError} when there are secrets to seal and the vault is locked, or cannot be made.
 * @throws {ImportError} {FernetError} {NewerSchemaError} {AdoptError} {MigrationError} The database is as it was, each time, but for a
 * vault that was made for its secrets.
 */
export async function importBackend(store: SecretStore, bytes: Uint8Array, options: ImportBackendOptions): Promise<ImportReport> {
  const { $client: database } = store.db;
  if (!options.replace) refuseRows(database);
  const keys = await backendKeysOf(options);
  for (;;) {
    const upgraded = await openUpgradedCopy(bytes, fileOptionsOf(options));
    try {
      refuseVault(upgraded);
      const secrets = await readBackendSecrets(upgraded, keys);
      const keyring = await sealFor(store, upgraded, secrets);
      const report = reportOf(bytes, upgraded, secrets);
      const check = (current: DatabaseReader) => {
        if (!options.replace) refuseRows(current);
        if (keyringText(current) !== keyring) throw new KeysChanged();
      };
      // What was foreign in it has been decided about.
      await database.import(await upgraded.export(), { check, foreignObjects: 'keep', maxBytes: Number.POSITIVE_INFINITY });
      return report;
    } catch (thrown) {
      if (!(thrown instanceof KeysChanged)) throw thrown;
    } finally {
      await upgraded.close();
    }
  }
}

/** What the copy is to know, and no key. */
function fileOptionsOf({ schemaVersion, maxBytes, foreignObjects, wasmUrl }: ImportBackendOptions): UpgradedCopyOptions {
  return {
    ...(schemaVersion !== undefined && { schemaVersion }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(foreignObjects !== undefined && { foreignObjects }),
    ...(wasmUrl !== undefined && { wasmUrl }),
  };
}

/** A file with keys of its own would lose them, or plant them here. @throws {ImportError} */
function refuseVault(upgraded: Database): void {
  const sql = 'SELECT 1 FROM sqlite_schema WHERE lower(tbl_name) = ? OR lower(name) = ?';
  if (!upgraded.get(sql, [KEYS_TABLE, KEYS_TABLE])) return;
  throw new ImportError(
    'IMPORT_SCHEMA',
    `The file has a vault of its own (${KEYS_TABLE}), which the backend makes none of. Import it with database.import(bytes), which brings its vault along.`,
  );
}

/** Seals for the vault of the database that the file is for, and gives the file that vault's keys. @returns these. */
async function sealFor(store: SecretStore, upgraded: Database, secrets: readonly BackendSecret[]): Promise<string | undefined> {
  const { $client: database } = store.db;
  const readable = secrets.filter(isReadable);
  if (readable.length > 0) await vaultOf(store);
  const keyring = keyringText(database);
  const sealed = await Promise.all(readable.map(secretOf).map(({ text, place }) => store.vault.seal(text, place)));
  await upgraded.write((tx) => {
    storeSealed(tx, readable, sealed);
    if (keyring !== undefined) putKeyringText(upgraded, tx, keyring);
  });
  return keyring;
}

function reportOf(bytes: Uint8Array, upgraded: Database, secrets: readonly BackendSecret[]): ImportReport {
  const fromVersion = readHeader(bytes.subarray(0, HEADER_BYTES))?.userVersion ?? 0;
  return {
    ...adoptedOf(upgraded, secrets),
    fromVersion,
    toVersion: upgraded.schemaVersion,
    rowsByTable: rowsByTable(upgraded),
    invalid: findInvalidValues(drizzle(upgraded)),
  };
}

/** Rows, and tables that are somebody else's: an import leaves nothing of either. */
function refuseRows(database: DatabaseReader): void {
  const own = new Set([...OWN_TABLES, ...MODELS.map(getTableName)]);
  const sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  const others = database
    .values(sql)
    .map(([name]) => String(name))
    .filter((name) => !own.has(name));
  const filled = Object.entries(rowsByTable(database)).filter(([, rows]) => rows > 0);
  const lost = [...filled.map(([table]) => table), ...others];
  if (lost.length === 0) return;
  throw new UsageError(
    `importBackend() replaces the whole database, and would take away ${lost.join(', ')}. Keep an export() of the database, then pass replace: true.`,
  );
}

/** Of the tables that there are. */
function rowsByTable(database: DatabaseReader): Record<string, number> {
  const there = new Set(database.values("SELECT name FROM sqlite_schema WHERE type = 'table'").map(([name]) => name));
  const counted = MODELS.map(getTableName)
    .filter((table) => there.has(table))
    .map((table): [string, number] => {
      const [[rows] = []] = database.values(`SELECT count(*) FROM ${quoted(table)}`);
      return [table, Number(rows)];
    });
  return Object.fromEntries(counted);
}
