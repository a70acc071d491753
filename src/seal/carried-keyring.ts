import type { Database } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import { formatKeyring, parseKeyring } from './keyring.js';
import { KeyringTable } from './keyring-table.js';

/** The wrapped keys of a database's vault, for another database whose values the same vault is to open; undefined without a vault. */
export function keyringText(database: Database): string | undefined {
  const keyring = new KeyringTable(database).read();
  return keyring && formatKeyring(keyring);
}

/** Gives the database of a transaction those keys, in place of its own. */
export function putKeyringText(database: Database, tx: Transaction, text: string): void {
  new KeyringTable(database).put(tx, parseKeyring(text));
}
