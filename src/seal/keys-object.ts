import type { Transaction } from '../engine/transaction.js';
import { KEYS_TABLE } from '../migrate/own-table.js';

export type KeysReader = Pick<Transaction, 'get' | 'values'>;

/** What a schema may have under the name of the table of the keys: these three share their names. */
export const KEYS_OBJECT: string = `SELECT type FROM sqlite_schema WHERE lower(name) = '${KEYS_TABLE}' AND type IN ('table', 'view', 'index')`;

const COLUMNS = `SELECT lower(name), pk, hidden FROM pragma_table_xinfo('${KEYS_TABLE}')`;
const TRIGGERS = `SELECT 1 FROM sqlite_schema WHERE lower(tbl_name) = '${KEYS_TABLE}' AND type = 'trigger'`;
const EXPECTED = JSON.stringify([
  ['id', 1, 0],
  ['keyring', 0, 0],
]);

/** What kind of thing has the name of the table of the keys; undefined when there is none. */
export function keysObject(reader: KeysReader): unknown {
  return reader.values(KEYS_OBJECT)[0]?.[0];
}

/** Whether it is a table that holds one keyring and does nothing else with it: a file from elsewhere may have any other. */
export function isKeyringTable(reader: KeysReader): boolean {
  if (keysObject(reader) !== 'table' || reader.values(TRIGGERS).length > 0) return false;
  return JSON.stringify(reader.values(COLUMNS)) === EXPECTED;
}

/** Drops it, whatever it is. */
export function dropKeys(tx: Pick<Transaction, 'run'> & KeysReader): void {
  const kind = keysObject(tx);
  if (kind !== undefined) tx.run(dropOf(kind));
}

/** The statement that drops a thing of that kind. */
export function dropOf(kind: unknown): string {
  return `DROP ${String(kind).toUpperCase()} ${KEYS_TABLE}`;
}
