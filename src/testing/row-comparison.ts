import type { Connection } from '../engine/connection.js';
import type { SqlValue } from '../engine/values.js';
import { quoted } from '../migrate/normal-sql.js';
import type { RowPromise } from './promise.js';
import { isSameValue } from './row-search.js';
import type { TableShape } from './table-shape.js';

/** The rows of a table, as they are at one version. */
export interface TableRows {
  readonly shape: TableShape;
  /** `shape.columns` in their order, then the rowid if there is one. */
  readonly rows: readonly (readonly SqlValue[])[];
}

/** Every table's rows, by name, in the order of their rowids or primary keys. */
export function readRows(connection: Connection, shapes: readonly TableShape[]): Map<string, TableRows> {
  return new Map(
    shapes.map((shape) => {
      const columns = shape.columns.map(({ name }) => quoted(name));
      const rowid = shape.rowid === undefined ? [] : [shape.rowid];
      const order = shape.rowid ?? shape.primaryKey.map(quoted).join(', ');
      const sql = `SELECT ${[...columns, ...rowid].join(', ')} FROM ${quoted(shape.name)} ORDER BY ${order}`;
      const rows = connection.with(sql, 'read', (statement) => statement.values(undefined, Number.POSITIVE_INFINITY));
      return [shape.name, { shape, rows }];
    }),
  );
}

/** What of a promise is not kept, in lines that name rows by their number and columns, and never a value. */
export function brokenPromises(promise: RowPromise, before: TableRows, after: TableRows | undefined): string[] {
  const { table, mayLose, mayGain } = promise;
  if (!after) return [`table ${table} is gone`];
  const [had, has] = [before.rows.length, after.rows.length];
  const lines: string[] = [];
  if ((has < had && !mayLose) || (has > had && !mayGain)) lines.push(`${table} has ${has} rows, expected ${had}`);
  const kept = keptColumns(promise.columns, before.shape, after.shape);
  const key = keyOf(promise, before, after);
  return [...lines, ...(key ? changedRows({ promise, before, after, kept, key }) : lostRows({ promise, before, after, kept }))];
}

/** Where a column is in the rows before and after, and whether its values may take another type on the way. */
interface KeptColumn {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly isRetyped: boolean;
}

function keptColumns(columns: RowPromise['columns'], before: TableShape, after: TableShape): KeptColumn[] {
  return before.columns.flatMap(({ name, type }, from) => {
    const to = after.columns.findIndex((column) => column.name === columns.get(name));
    return to < 0 ? [] : [{ name, from, to, isRetyped: after.columns[to]?.type !== type }];
  });
}

/** Columns that tell the rows apart on both sides: the primary key, or the rowid; undefined when there are none. */
function keyOf({ columns, isRebuilt }: RowPromise, before: TableRows, after: TableRows): KeptColumn[] | undefined {
  const { primaryKey, rowid } = before.shape;
  const kept = keptColumns(columns, before.shape, after.shape);
  const byPrimaryKey = primaryKey.map((name) => kept.find((column) => column.name === name));
  const isWhole = primaryKey.length > 0 && byPrimaryKey.every((column) => column !== undefined);
  if (isWhole && isUnique(before, byPrimaryKey) && isUnique(after, byPrimaryKey, 'to')) return byPrimaryKey;
  const hasRowidKey = before.shape.columns.some((column) => column.isRowid && !kept.some(({ name }) => name === column.name));
  if (rowid === undefined || after.shape.rowid === undefined || isRebuilt || hasRowidKey) return undefined;
  return [{ name: 'rowid', from: before.shape.columns.length, to: after.shape.columns.length, isRetyped: false }];
}

function isUnique({ rows }: TableRows, key: readonly KeptColumn[], side: 'from' | 'to' = 'from'): boolean {
  const texts = rows.map((row) => textOf(row, key, side));
  return rows.every((row) => key.every((column) => row[column[side]] !== null)) && new Set(texts).size === rows.length;
}

interface Comparison {
  readonly promise: RowPromise;
  readonly before: TableRows;
  readonly after: TableRows;
  readonly kept: readonly KeptColumn[];
}

/** Row by row, where a key tells which is which. */
function changedRows({ promise, before, after, kept, key }: Comparison & { key: readonly KeptColumn[] }): string[] {
  const rowByKey = new Map(after.rows.map((row) => [textOf(row, key, 'to'), row]));
  return before.rows.flatMap((row, index) => {
    const now = rowByKey.get(textOf(row, key, 'from'));
    if (!now) return promise.mayLose ? [] : [`${promise.table}: row ${index + 1} is gone`];
    return kept
      .filter((column) => !isKept(row[column.from] ?? null, now[column.to] ?? null, column))
      .map(({ name }) => `${promise.table}: row ${index + 1} has another value in ${name}`);
  });
}

/** As a bag of rows, where nothing tells which is which. */
function lostRows({ promise, before, after, kept }: Comparison): string[] {
  if (promise.mayLose || kept.length === 0) return [];
  const counts = new Map<string, number>();
  for (const row of after.rows) counts.set(textOf(row, kept, 'to'), (counts.get(textOf(row, kept, 'to')) ?? 0) + 1);
  return before.rows.flatMap((row, index) => {
    const text = textOf(row, kept, 'from');
    const left = counts.get(text) ?? 0;
    counts.set(text, left - 1);
    return left > 0
      ? []
      : [`${promise.table}: row ${index + 1} is gone, or has another value in ${kept.map(({ name }) => name).join(' or ')}`];
  });
}

function isKept(before: SqlValue, after: SqlValue, { isRetyped }: KeptColumn): boolean {
  return isSameValue(before, after) || (isRetyped && plain(before) === plain(after));
}

function textOf(row: readonly SqlValue[], columns: readonly KeptColumn[], side: 'from' | 'to'): string {
  return JSON.stringify(columns.map((column) => (column.isRetyped ? plain(row[column[side]] ?? null) : typed(row[column[side]] ?? null))));
}

/** A number and its text are one where the column's type has changed. */
function plain(value: SqlValue): string {
  return value instanceof Uint8Array ? `bytes ${value.join()}` : String(value);
}

function typed(value: SqlValue): string {
  return value instanceof Uint8Array ? plain(value) : `${typeof value === 'string' ? 'text' : ''} ${String(value)}`;
}
