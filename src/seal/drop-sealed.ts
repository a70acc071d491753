import { checkFile } from '../database/check-file.js';
import { type Engine, loadEngine } from '../engine/engine.js';
import type { SqlJsDatabase } from '../engine/sql-js.js';
import { wasmUrl } from '../engine/wasm-url.js';
import { SealError } from '../errors/seal-error.js';
import { KEYS_TABLE } from '../migrate/own-table.js';
import { dropOf, KEYS_OBJECT } from './keys-object.js';
import { quoted, type SealedColumn } from './place.js';
import { hasMark, holdsRemains, KEYS_MARK, SEALED_MARK } from './remains.js';

/**
 * A copy of a SQLite file without any sealed value: the columns are NULL, the vault is gone with its keys, and the bytes, free pages included, have
 * been searched for what was there. Every other value is as it was. Columns that the file does not have are passed over.
 *
 * @throws {SealError} `SEAL_REQUIRED` when a column cannot be NULL, `SEAL_LEFT` when a sealed value, or the keys, are somewhere else as well.
 * @throws {ImportError} when the bytes are no whole SQLite file. {EngineError} when sql.js cannot be loaded.
 */
export async function dropSealed(
  file: Uint8Array,
  columns: readonly Pick<SealedColumn, 'table' | 'column'>[],
  options: { readonly wasmUrl?: string } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const engine: Engine = await loadEngine(options.wasmUrl ?? wasmUrl);
  const database = engine.detached(checkFile(engine, file));
  try {
    const names = columnNames(database);
    const present = columns.filter(({ table, column }) => names.has(nameOf(table, column)));
    const dropped = { values: present.flatMap((each) => textsIn(database, each)), keyrings: keyringsIn(database) };
    withoutTriggers(database, () => {
      for (const each of present) empty(database, each);
    });
    for (const [kind] of rowsOf(database, KEYS_OBJECT)) database.exec(dropOf(kind));
    for (const [table, column] of names.values()) refuseLeft(database, { table, column });
    database.exec('VACUUM');
    const clean = new Uint8Array(database.export());
    if (holdsRemains(clean, dropped))
      throw new SealError(
        'SEAL_LEFT',
        'A part of a dropped secret, or of the keys of the vault, is in the file still, in a column of other text. Name every column that holds any.',
      );
    return clean;
  } finally {
    database.close();
  }
}

/** Those that mark what changes, as with the time of the last change, are to see nothing of this. */
function withoutTriggers(database: SqlJsDatabase, change: () => void): void {
  const triggers = rowsOf(database, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid").map(
    ([name, sql]) => [String(name), String(sql)] as const,
  );
  for (const [name] of triggers) database.exec(`DROP TRIGGER ${quoted(name)}`);
  change();
  for (const [, sql] of triggers) database.exec(sql);
}

function empty(database: SqlJsDatabase, { table, column }: Pick<SealedColumn, 'table' | 'column'>): void {
  try {
    database.exec(`UPDATE ${quoted(table)} SET ${quoted(column)} = NULL WHERE ${quoted(column)} IS NOT NULL`);
  } catch (cause) {
    throw new SealError(
      'SEAL_REQUIRED',
      `${table}.${column} cannot be NULL, so its secrets cannot be dropped. Delete those rows from the file first, or make the column nullable.`,
      { table, column },
      { cause },
    );
  }
}

/** @throws {SealError} `SEAL_LEFT` when a column that was not named holds sealed values, or keys. */
function refuseLeft(database: SqlJsDatabase, { table, column }: Pick<SealedColumn, 'table' | 'column'>): void {
  const found = (mark: typeof SEALED_MARK) => {
    const sql = `SELECT CAST(${quoted(column)} AS TEXT) FROM ${quoted(table)} WHERE instr(${quoted(column)}, '${mark.start}')`;
    return rowsOf(database, sql).some(([text]) => hasMark(mark, String(text)));
  };
  const what = found(SEALED_MARK) ? 'sealed values too' : found(KEYS_MARK) ? 'a copy of the keys of a vault' : undefined;
  if (what === undefined) return;
  throw new SealError('SEAL_LEFT', `${table}.${column} holds ${what}. Name it among the columns to drop.`, { table, column });
}

/** The texts of the vault's own table, whatever its columns are. */
function keyringsIn(database: SqlJsDatabase): string[] {
  if (rowsOf(database, KEYS_OBJECT)[0]?.[0] !== 'table') return [];
  return rowsOf(database, `SELECT * FROM ${KEYS_TABLE}`).flat().map(String);
}

function textsIn(database: SqlJsDatabase, { table, column }: Pick<SealedColumn, 'table' | 'column'>): string[] {
  const sql = `SELECT CAST(${quoted(column)} AS TEXT) FROM ${quoted(table)} WHERE ${quoted(column)} IS NOT NULL`;
  return rowsOf(database, sql).map(([text]) => String(text));
}

/** Every stored column but those of the vault; a virtual table stores nothing, its shadow tables do. */
function columnNames(database: SqlJsDatabase): Map<string, [table: string, column: string]> {
  const sql = `SELECT t.name, c.name FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name) AS c
    WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND t.name NOT LIKE 'sqlite\\_schema' ESCAPE '\\' AND lower(t.name) <> '${KEYS_TABLE}'`;
  const names = rowsOf(database, sql).map(([table, column]): [string, string] => [String(table), String(column)]);
  return new Map(names.map(([table, column]) => [nameOf(table, column), [table, column]]));
}

function rowsOf(database: SqlJsDatabase, sql: string): unknown[][] {
  return database.exec(sql)[0]?.values ?? [];
}

function nameOf(table: string, column: string): string {
  return JSON.stringify([table.toLowerCase(), column.toLowerCase()]);
}
