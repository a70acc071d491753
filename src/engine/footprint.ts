import type { SqlJsDatabase } from './sql-js.js';

/** What a statement touches, as SQLite's own program for it says: views, triggers and foreign keys included. */
export interface Footprint {
  /** Names in lower case. */
  readonly reads: ReadonlySet<string>;
  readonly writes: Set<string>;
  /** Whether the program takes a write lock on the database. */
  readonly isWrite: boolean;
  /** Whether the schema may be another one afterwards: DDL, and going back to a savepoint. */
  readonly changesSchema: boolean;
  /** Whether it may run into a RAISE() of a trigger. */
  readonly raises: boolean;
  /** Whether it would write outside the paged file, in a temporary table. */
  readonly writesTemporary: boolean;
}

const READ_OPCODES = new Set(['OpenRead', 'ReopenIdx']);
const WRITE_OPCODES = new Set(['OpenWrite', 'Clear', 'Destroy']);
const SCHEMA_OPCODES = new Set(['ParseSchema', 'DropTable', 'DropIndex', 'DropTrigger', 'SetCookie']);
/** Marks an OpenRead or OpenWrite whose p2 is a register: the root page of what the program itself is creating. */
const P2_IS_REGISTER = 0x10;
/** The p1 of a Savepoint opcode that goes back. */
const SAVEPOINT_ROLLBACK = 2;
/** SQLITE_CONSTRAINT_TRIGGER, the p1 of a Halt that RAISE() compiles to. */
const RAISE = 1811;
const VIRTUAL_OPCODES = new Set(['VOpen', 'VUpdate', 'VFilter']);

/** Tables by the root page of their b-tree or of one of their indexes; virtual tables have none. */
export interface RootPages {
  readonly tableByRoot: ReadonlyMap<number, string>;
  readonly virtual: readonly string[];
}

/** Reads which root page belongs to which table. */
export function readRootPages(database: SqlJsDatabase): RootPages {
  const tableByRoot = new Map([[1, 'sqlite_schema']]);
  const virtual: string[] = [];
  const rows = database.exec("SELECT lower(tbl_name), rootpage FROM sqlite_schema WHERE type IN ('table', 'index')")[0]?.values ?? [];
  for (const [table, root] of rows) {
    if (root) tableByRoot.set(Number(root), String(table));
    else virtual.push(String(table));
  }
  return { tableByRoot, virtual };
}

/** EXPLAINs the statement (https://www.sqlite.org/opcode.html) and collects what its program opens. */
export function readFootprint(database: SqlJsDatabase, sql: string, roots: RootPages): Footprint {
  const reads = new Set<string>();
  const writes = new Set<string>();
  let isWrite = false;
  let changesSchema = false;
  let raises = false;
  let writesTemporary = false;
  const program = database.exec(`EXPLAIN ${sql}`)[0]?.values ?? [];
  for (const [, opcode, p1, p2, p3, , p5] of program) {
    const name = String(opcode);
    if (name === 'Transaction' && Number(p2) !== 0) {
      if (Number(p1) === 0) isWrite = true;
      else writesTemporary = true;
    }
    if (SCHEMA_OPCODES.has(name) || (name === 'Savepoint' && Number(p1) === SAVEPOINT_ROLLBACK)) changesSchema = true;
    if (name === 'Halt' && Number(p1) === RAISE) raises = true;
    if (name.startsWith('Open') && (Number(p5) & P2_IS_REGISTER) !== 0) continue;
    if (READ_OPCODES.has(name) && Number(p3) === 0) addTable(reads, roots, Number(p2));
    // Clear and Destroy name their root page in p1, OpenWrite in p2.
    if (WRITE_OPCODES.has(name)) addTable(writes, roots, Number(name === 'OpenWrite' ? p2 : p1));
    // A virtual table's own statements are not in the program: whatever virtual table there is may be the one.
    if (VIRTUAL_OPCODES.has(name)) for (const table of roots.virtual) (name === 'VUpdate' ? writes : reads).add(table);
  }
  if (changesSchema) writes.add('sqlite_schema');
  return { reads, writes, isWrite, changesSchema, raises, writesTemporary };
}

function addTable(tables: Set<string>, roots: RootPages, root: number): void {
  const table = roots.tableByRoot.get(root);
  if (table !== undefined) tables.add(table);
}
