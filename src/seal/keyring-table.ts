import type { Database } from '../database/database.js';
import type { Transaction } from '../engine/transaction.js';
import { VaultError } from '../errors/seal-error.js';
import { SqlError } from '../errors/sql-error.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { formatKeyring, type Keyring, parseKeyring } from './keyring.js';

const CREATE = `CREATE TABLE IF NOT EXISTS ${KEYS_TABLE} (id INTEGER PRIMARY KEY CHECK (id = 1), keyring TEXT NOT NULL)`;
const SELECT = `SELECT keyring FROM ${KEYS_TABLE} WHERE id = 1`;
const STORE = `INSERT INTO ${KEYS_TABLE} (id, keyring) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET keyring = excluded.keyring`;

type Reader = Pick<Transaction, 'get'>;

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
  read(reader: Reader = this.#database): Keyring | undefined {
    const text = textIn(reader);
    if (text === undefined) return undefined;
    if (this.#last?.text !== text) this.#last = { text, keyring: parseKeyring(text) };
    return this.#last.keyring;
  }

  /** @throws {VaultError} `VAULT_ABSENT` {VaultError} `VAULT_DAMAGED` */
  expect(reader?: Reader): Keyring {
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

  /** Stores a keyring within a write whose transaction has found the one before it as it was expected. */
  put(tx: Transaction, keyring: Keyring): void {
    tx.run(CREATE);
    tx.run(STORE, [formatKeyring(keyring)]);
  }

  /** Deletes whatever is there, survivable by a power cut. */
  remove(): Promise<unknown> {
    return this.#database.run(`DROP TABLE IF EXISTS ${KEYS_TABLE}`, [], { durability: 'strict' });
  }

  #replace(before: string | undefined, keyring: Keyring): Promise<boolean> {
    const change = (tx: Transaction): boolean => {
      if (textIn(tx) !== before) return false;
      this.put(tx, keyring);
      return true;
    };
    return this.#database.write(change, { durability: 'strict' });
  }
}

function textIn(reader: Reader): string | undefined {
  try {
    return reader.get<{ keyring: string }>(SELECT)?.keyring;
  } catch (thrown) {
    if (thrown instanceof SqlError && thrown.code === 'SQL_NO_SUCH_TABLE') return undefined;
    throw thrown;
  }
}
