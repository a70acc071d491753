import type { Database } from '../../../src/database/database.js';
import { type DrizzleDatabase, drizzle } from '../../../src/drizzle/drizzle.js';
import { type KeyStore, memoryKeyStore } from '../../../src/seal/key-store.js';
import { openVault } from '../../../src/seal/open-vault.js';
import type { Vault } from '../../../src/seal/vault.js';
import { memoryStorage } from '../../../src/storage/memory-storage.js';
import type { Storage } from '../../../src/storage/storage.js';
import { vibesurfMigrations } from '../../../src/vibesurf/chain.js';
import type { SecretStore } from '../../../src/vibesurf/queries/secrets.js';
import { openTestDatabase } from '../../database/open-test-database.js';

/** One tab of VibeSurf: its database, and where its secrets are. */
export interface Tab {
  readonly storage: Storage;
  readonly keyStore: KeyStore;
  readonly database: Database;
  readonly db: DrizzleDatabase;
  readonly vault: Vault;
  readonly store: SecretStore;
}

/** A tab over storage of its own, or beside the other one. */
export async function openTab(beside?: Tab): Promise<Tab> {
  const { storage, keyStore } = beside ?? { storage: memoryStorage(), keyStore: memoryKeyStore() };
  const database = await openTestDatabase(storage, { migrations: vibesurfMigrations });
  const db = drizzle(database);
  const vault = openVault(database, { keyStore });
  return { storage, keyStore, database, db, vault, store: { db, vault } };
}

/** A tab whose database has these rows, in this order, made and updated long ago unless they say otherwise. */
export async function openTabWith(table: string, rows: readonly SqlRow[]): Promise<Tab> {
  const tab = await openTab();
  await insertRows(
    tab.database,
    table,
    rows.map((row) => ({ ...LONG_AGO, ...row })),
  );
  return tab;
}

/** Has something happen, once, between the look at the row that a secret is for and the write that stores it. */
export function beforeNextWrite(vault: Vault, happening: () => Promise<unknown>): void {
  const write = vault.write.bind(vault);
  vault.write = async (secrets, change, options) => {
    vault.write = write;
    await happening();
    return write(secrets, change, options);
  };
}

/** The nth id; they sort as their numbers. */
export function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

/** Values by the names of their columns. */
export type SqlRow = Readonly<Record<string, string | number | null>>;

/** Inserts a row. */
export function insertRow(database: Database, table: string, row: SqlRow): Promise<void> {
  return insertRows(database, table, [row]);
}

/** Inserts rows, in one write. */
export function insertRows(database: Database, table: string, rows: readonly SqlRow[]): Promise<void> {
  return database.write((tx) => {
    for (const row of rows) {
      const columns = Object.keys(row);
      tx.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`, Object.values(row));
    }
  });
}

/** When rows of tests were made and updated, long ago. */
export const LONG_AGO: { created_at: string; updated_at: string } = {
  created_at: '2020-01-01 00:00:00',
  updated_at: '2020-01-01 00:00:00',
};
