import type { Database } from '../database/database.js';
import type { Parameters } from '../engine/parameters.js';
import type { Transaction } from '../engine/transaction.js';
import type { BindValue } from '../engine/values.js';
import { UsageError } from '../errors/database-error.js';
import { SqlError } from '../errors/sql-error.js';
import { foldCase, quoted } from '../migrate/normal-sql.js';
import { readDetached } from './detached.js';
import { joinLateKeys } from './late-keys.js';
import { TableFiller } from './table-filler.js';
import { readTableShapes, type TableShape } from './table-shape.js';
import { UpgradePathError } from './upgrade-path-error.js';

/** A row to insert, by column. */
export type SeedRow = Readonly<Record<string, BindValue>>;

/** Rows by table, to use instead of made-up ones: the same at every version, or those that fit a version. */
export type Seed = Readonly<Record<string, readonly SeedRow[] | ((version: number) => readonly SeedRow[])>>;

export interface FillOptions {
  readonly seed?: Seed;
  /** How many rows each table gets; 3 by default. A table that has no room for so many gets fewer, and at least one. */
  readonly rowsPerTable?: number;
}

const ROWS = 3;

/**
 * Fills every table with rows, the same at each call on the same schema, and all of it within the constraints: ordinary and
 * boundary values, in the second row NULL wherever it may be, in the third the values of the first wherever they may repeat.
 * Virtual tables are left out.
 *
 * @returns how many rows each table was given.
 * @throws {UpgradePathError} `UPGRADE_SEED` when no row can be made up for a table, or a given one does not fit. Nothing was written.
 */
export async function fillTables(db: Database, options: FillOptions = {}): Promise<Record<string, number>> {
  checkRows(options.rowsPerTable);
  const shapes = await readDetached(db, readTableShapes);
  const version = db.schemaVersion;
  return db.write((tx): Record<string, number> => Object.fromEntries(insertRows(tx, shapes, { ...options, version })));
}

/** @throws {UsageError} */
export function checkRows(rowsPerTable: number | undefined): void {
  if (rowsPerTable !== undefined && (!Number.isInteger(rowsPerTable) || rowsPerTable < 1))
    throw new UsageError('rowsPerTable is to be a whole number from 1: how many rows each table gets.');
}

interface InsertOptions extends FillOptions {
  /** The version that the database is at. */
  readonly version: number;
}

/** Fills tables within a transaction. @returns how many rows each was given. Throws as `fillTables` does. */
export function insertRows(tx: Transaction, shapes: readonly TableShape[], options: InsertOptions): Map<string, number> {
  const { version, rowsPerTable = ROWS } = options;
  const seedByTable = new Map(Object.entries(options.seed ?? {}).map(([table, seed]) => [foldCase(table), seed]));
  // A row may refer to one that comes later, as in a cycle of tables.
  tx.run('PRAGMA defer_foreign_keys = ON');
  const filled = new Map<string, number>();
  for (const shape of parentsFirst(shapes)) {
    const seed = seedByTable.get(shape.name);
    const rows = typeof seed === 'function' ? seed(version) : seed;
    filled.set(
      shape.name,
      seeding({ table: shape.name, version }, () =>
        rows ? insertGiven(tx, shape, rows) : makeUp(tx, shape, { rowsPerTable, version, filled }),
      ),
    );
  }
  for (const shape of shapes)
    if (!seedByTable.has(shape.name)) seeding({ table: shape.name, version }, () => joinLateKeys(tx, shape, [...filled.keys()]));
  const [violation] = tx.values('PRAGMA foreign_key_check');
  if (violation) throw unseeded({ table: String(violation[0]), version }, `a row refers to none of ${violation[2]}`);
  return filled;
}

function insertGiven(tx: Transaction, shape: TableShape, rows: readonly SeedRow[]): number {
  for (const row of rows) {
    const columns = Object.keys(row);
    const values: Parameters = Object.values(row);
    const list = columns.map(quoted).join(', ');
    const sql = columns.length === 0 ? 'DEFAULT VALUES' : `(${list}) VALUES (${columns.map(() => '?').join(', ')})`;
    tx.run(`INSERT INTO ${quoted(shape.name)} ${sql}`, values);
  }
  return rows.length;
}

interface MakeUpOptions {
  readonly rowsPerTable: number;
  readonly version: number;
  readonly filled: ReadonlyMap<string, number>;
}

function makeUp(tx: Transaction, shape: TableShape, { rowsPerTable, version, filled }: MakeUpOptions): number {
  const filler = new TableFiller(tx, shape, (table) => filled.has(table));
  for (let row = 0; row < rowsPerTable; row++) {
    const failure = filler.addRow(row);
    if (failure === undefined) continue;
    if (row > 0) return row;
    throw unseeded({ table: shape.name, version }, failure);
  }
  return rowsPerTable;
}

/** Parents before their children; where keys go around in a circle, in the order of the names. */
function parentsFirst(shapes: readonly TableShape[]): TableShape[] {
  const shapeByName = new Map(shapes.map((shape) => [shape.name, shape]));
  const ordered = new Set<TableShape>();
  const open = new Set<TableShape>();
  const visit = (shape: TableShape) => {
    if (ordered.has(shape) || open.has(shape)) return;
    open.add(shape);
    for (const { parent } of shape.foreignKeys) {
      const above = shapeByName.get(parent);
      if (above) visit(above);
    }
    ordered.add(shape);
  };
  for (const shape of shapes) visit(shape);
  return [...ordered];
}

interface SeedPlace {
  readonly table: string;
  readonly version: number;
}

/** SQLite's words speak of constraints and never of a value. */
function seeding<Result>(place: SeedPlace, fill: () => Result): Result {
  try {
    return fill();
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    throw unseeded(place, cause.message, cause);
  }
}

function unseeded({ table, version }: SeedPlace, reason: string, cause?: unknown): UpgradePathError {
  return new UpgradePathError('UPGRADE_SEED', { from: version, table, differences: [`${table} takes no row: ${reason}`] }, { cause });
}
