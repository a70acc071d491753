import type { Database } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import { VaultError } from '../errors/seal-error.js';
import { SqlError } from '../errors/sql-error.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { damaged, formatKeyring, type Keyring, parseKeyring } from './keyring.js';
import { dropKeys, isKeyringTable, type KeysReader, keysObject } from './keys-object.js';

const CREATE = `CREATE TABLE IF NOT EXISTS ${KEYS_TABLE} (id INTEGER PRIMARY KEY CHECK (id = 1), keyring TEXT NOT NULL)`;
const SELECT = `SELECT keyring FROM ${KEYS_TABLE} WHERE id = 1`;
const STORE = `INSERT INTO ${KEYS_TABLE} (id, keyring) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET keyring = excluded.keyring`;

/** The one row of a database that holds its keyring. */
export class KeyringTable {
  readonly #database: Database;
  #last: { readonly text: string; readonly keyring: Keyring } | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The keyring as it is now, or in a transaction; undefined where there is no vault.
   *
   * @throws {VaultError} `VAULT_DAMAGED`
   */
  read(reader: KeysReader = this.#database): Keyring | undefined {
    const text = textIn(reader);
    if (text !== undefined && this.#last?.text === text) return this.#last.keyring;
    refuseOdd(reader);
    if (text === undefined) return undefined;
    this.#last = { text, keyring: parseKeyring(text) };
    return this.#last.keyring;
  }

  /** @throws {VaultError} `VAULT_ABSENT` {VaultError} `VAULT_DAMAGED` */
  expect(reader?: KeysReader): Keyring {
    const keyring = this.read(reader);
    if (!keyring) throw new VaultError('VAULT_ABSENT', 'The database has no vault. Call create() first.');
    return keyring;
  }

  /** Stores the first keyring; false when another tab has stored one. */
  create(keyring: Keyring): Promise<boolean> {
    return this.#replace(undefined, keyring);
  }

  /**
   * Stores, survivable by a power cut, what `next` makes of the keyring; when another tab changed it meanwhile, of that one, again.
   * `next` gives undefined where there is nothing to change.
   */
  async change(next: (keyring: Keyring) => Promise<Keyring | undefined>): Promise<void> {
    for (;;) {
      const keyring = this.expect();
      const text = this.#last?.text;
      const changed = await next(keyring);
      if (!changed || (await this.#replace(text, changed))) return;
    }
  }

  /**
   * Stores a keyring within a write whose transaction has found the one before it as it was expected. What holds none and only has the
   * table's name is replaced.
   *
   * @throws {VaultError} `VAULT_DAMAGED` when the table does not take it.
   */
  put(tx: Transaction, keyring: Keyring): void {
    if (!isKeyringTable(tx)) dropKeys(tx);
    tx.run(CREATE);
    try {
      tx.run(STORE, [formatKeyring(keyring)]);
    } catch (cause) {
      if (cause instanceof SqlError && cause.code === 'SQL_CONSTRAINT') throw damaged('their table does not take them', { cause });
      throw cause;
    }
  }

  /** Deletes whatever is there, survivable by a power cut. */
  remove(): Promise<void> {
    return this.#database.write((tx) => dropKeys(tx), { durability: 'strict' });
  }

  #replace(before: string | undefined, keyring: Keyring): Promise<boolean> {
    const change = (tx: Transaction): boolean => {
      if (textIn(tx) !== before) return false;
      refuseOdd(tx);
      this.put(tx, keyring);
      return true;
    };
    return this.#database.write(change, { durability: 'strict' });
  }
}

function textIn(reader: KeysReader): string | undefined {
  try {
    return reader.get<{ keyring: string }>(SELECT)?.keyring;
  } catch (thrown) {
    if (!(thrown instanceof SqlError)) throw thrown;
    refuseOdd(reader, { cause: thrown });
    if (thrown.code === 'SQL_NO_SUCH_TABLE') return undefined;
    throw thrown;
  }
}

/** @throws {VaultError} `VAULT_DAMAGED` for what has the name of the table, and is not like it. */
function refuseOdd(reader: KeysReader, options?: ErrorOptions): void {
  if (keysObject(reader) !== undefined && !isKeyringTable(reader)) throw damaged('what has that name is not their table', options);
}
