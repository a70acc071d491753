import type { Database, DatabaseReader } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { parseKeyring } from './keyring.js';
import { KeyringTable } from './keyring-table.js';
import { isKeyringTable } from './keys-object.js';

/** The wrapped keys of a database's vault, for another database whose values the same vault is to open; undefined without a vault. */
export function keyringText(database: DatabaseReader): string | undefined {
  if (!isKeyringTable(database)) return undefined;
  return database.get<{ keyring: string }>(`SELECT keyring FROM ${KEYS_TABLE} WHERE id = 1`)?.keyring;
}

/** Gives the database of a transaction those keys, in place of its own. @throws {VaultError} `VAULT_DAMAGED` */
export function putKeyringText(database: Database, tx: Transaction, text: string): void {
  new KeyringTable(database).put(tx, parseKeyring(text));
}

/** The ids of the data keys that a database's vault has. @throws {VaultError} `VAULT_DAMAGED` */
export function dataKeyIds(database: DatabaseReader): ReadonlySet<string> {
  const text = keyringText(database);
  return new Set(text === undefined ? [] : parseKeyring(text).dataKeys.map(({ id }) => id));
}
