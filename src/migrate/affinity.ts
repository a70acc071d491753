import type { Connection } from '../engine/connection.js';
import { foldCase, quoted } from './normal-sql.js';

export type Affinity = 'integer' | 'text' | 'blob' | 'real' | 'numeric';

/** The first that fits counts (https://www.sqlite.org/datatype3.html#determination_of_column_affinity). */
const AFFINITY_BY_PART: readonly (readonly [part: string, affinity: Affinity])[] = [
  ['int', 'integer'],
  ['char', 'text'],
  ['clob', 'text'],
  ['text', 'text'],
  ['blob', 'blob'],
  ['real', 'real'],
  ['floa', 'real'],
  ['doub', 'real'],
];

/** What SQLite makes of values that are put into a column of this declared type. */
export function affinityOf(type: string): Affinity {
  if (type === '') return 'blob';
  const folded = foldCase(type);
  return AFFINITY_BY_PART.find(([part]) => folded.includes(part))?.[1] ?? 'numeric';
}

/** How many values of a column would be another value, and not merely of another type, once they have this affinity. */
export function countLosses(connection: Connection, column: { table: string; name: string }, affinity: Affinity): number {
  const value = quoted(column.name);
  // Compared with a number, a text becomes one if it can, and is greater than all numbers otherwise.
  const lossyText = `typeof(${value}) = 'text' AND ${value} <= CAST(9e999 AS NUMERIC) AND CAST(CAST(${value} AS NUMERIC) AS TEXT) <> ${value}`;
  const lossyReal = `typeof(${value}) = 'real' AND CAST(CAST(${value} AS TEXT) AS REAL) <> ${value}`;
  const lossyInteger = `typeof(${value}) = 'integer' AND CAST(CAST(${value} AS REAL) AS INTEGER) <> ${value}`;
  const isLost: Record<Affinity, string> = {
    text: lossyReal,
    blob: 'FALSE',
    integer: lossyText,
    numeric: lossyText,
    real: `${lossyText} OR ${lossyInteger}`,
  };
  return Number(connection.script(`SELECT count(*) FROM ${quoted(column.table)} WHERE ${isLost[affinity]}`)[0]?.[0]);
}
