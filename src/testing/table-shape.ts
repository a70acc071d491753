import type { Connection } from '../engine/connection.js';
import { readTableText } from '../migrate/create-table.js';
import { foldCase, nameOf, normalTokens } from '../migrate/normal-sql.js';
import { isVirtual, readSchemaObjects } from '../migrate/schema-object.js';
import { type ForeignKeyFacts, readColumnFacts, readForeignKeyFacts, readIndexFacts } from '../migrate/schema-pragmas.js';

/** A column that takes a value: one that is generated takes none. */
export interface ColumnShape {
  readonly name: string;
  /** The declared type, in lower case. */
  readonly type: string;
  readonly isNullable: boolean;
  /** Whether it is another name of the rowid. */
  readonly isRowid: boolean;
}

export interface CheckShape {
  readonly expression: string;
  /** The columns that it speaks of. */
  readonly columns: readonly string[];
}

export type ForeignKeyShape = Pick<ForeignKeyFacts, 'columns' | 'parent' | 'parentColumns'>;

/** What a table asks of its rows. All names are in lower case. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly ColumnShape[];
  readonly primaryKey: readonly string[];
  /** A name of the rowid that no column has taken; undefined of a table without one. */
  readonly rowid: string | undefined;
  readonly checks: readonly CheckShape[];
  /** The columns of the parent are always named. */
  readonly foreignKeys: readonly ForeignKeyShape[];
}

const ROWIDS = ['rowid', '_rowid_', 'oid'];

/** The tables of a database, by name; virtual ones and Tablite's and SQLite's own are left out. */
export function readTableShapes(connection: Connection): TableShape[] {
  const columnsByTable = readColumnFacts(connection);
  const keysByTable = readForeignKeyFacts(connection);
  const { primaryKeyByTable } = readIndexFacts(connection);
  const primaryKeyOf = (table: string) =>
    (columnsByTable.get(table) ?? [])
      .filter(({ keyPlace }) => keyPlace > 0)
      .sort((a, b) => a.keyPlace - b.keyPlace)
      .map(({ name }) => name);
  const tables = readSchemaObjects(connection).filter(({ type, sql }) => type === 'table' && !isVirtual(sql));
  const shapes = tables.map(({ name: label, sql }): TableShape => {
    const name = foldCase(label);
    const columns = columnsByTable.get(name) ?? [];
    const names = new Set(columns.map((column) => column.name));
    const { checks, options } = readTableText(normalTokens(sql, names));
    const hasRowid = !options.includes('without rowid');
    return {
      name,
      columns: columns
        .filter(({ generated }) => !generated)
        .map((column) => {
          const isRowid = column.keyPlace > 0 && !primaryKeyByTable.has(name);
          const isNullable = !column.isNotNull && !isRowid && (hasRowid || column.keyPlace === 0);
          return { name: column.name, type: foldCase(column.type), isNullable, isRowid };
        }),
      primaryKey: primaryKeyOf(name),
      rowid: hasRowid ? ROWIDS.find((rowid) => !names.has(rowid)) : undefined,
      checks: checks.map((expression) => ({ expression, columns: columnsIn(expression, names) })),
      foreignKeys: (keysByTable.get(name) ?? []).map((key) => ({
        ...key,
        parentColumns: key.parentColumns.length > 0 ? key.parentColumns : primaryKeyOf(key.parent),
      })),
    };
  });
  return shapes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function columnsIn(expression: string, names: ReadonlySet<string>): string[] {
  const mentioned = normalTokens(expression)
    .filter(({ kind }) => kind === 'word' || kind === 'quoted')
    .map(({ text }) => foldCase(nameOf(text)));
  return [...new Set(mentioned)].filter((name) => names.has(name));
}
