import type { Connection } from '../engine/connection.js';
import { guardByName } from '../engine/guard.js';
import { type ScriptStatement, splitScript } from '../engine/script.js';
import { MigrationError } from '../errors/migration-error.js';
import { RefusedStatementError, SqlError } from '../errors/sql-error.js';
import { type Migration, position } from './chain.js';
import { addToHistory, HISTORY_TABLE, readHistory } from './history.js';
import type { Plan, Standing } from './plan.js';

/** One step has begun. */
export interface StepProgress {
  readonly version: number;
  readonly name: string;
  /** From 1 to `total`. */
  readonly index: number;
  readonly total: number;
}

export interface RunOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onStep?: (step: StepProgress) => void;
  /** Called between steps, so that the page can paint. */
  readonly rest?: () => Promise<void>;
}

/** What a connection's database stands at. */
export function readStanding(connection: Connection): Standing {
  const tables = connection.value(
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> ?",
    [HISTORY_TABLE],
  );
  return { schemaVersion: connection.header.userVersion, history: readHistory(connection), hasTables: Number(tables) > 0 };
}

/**
 * Runs the steps of a plan, each in a transaction of its own with its version and its history entry in it. Storing the
 * result as one commit, or undoing all of it when this throws, is the caller's.
 *
 * @throws {MigrationError} with file, line, column and statement.
 */
export async function runPlan(connection: Connection, plan: Plan, options: RunOptions): Promise<void> {
  let index = 0;
  for (const migration of plan.steps) {
    index++;
    options.onStep?.({ version: migration.version, name: migration.name, index, total: plan.steps.length });
    await options.rest?.();
    runStep(connection, migration, options.now);
  }
}

/** The twelve steps of https://www.sqlite.org/lang_altertable.html begin and end with the foreign keys, outside of the transaction. */
function runStep(connection: Connection, migration: Migration, now: () => number): void {
  const before = foreignKeyViolations(connection);
  connection.script('PRAGMA foreign_keys = OFF');
  try {
    connection.control('BEGIN IMMEDIATE');
    const at = now();
    const began = performance.now();
    for (const statement of splitScript(migration.sql).statements) runStatement(connection, migration, statement);
    refuseTemporary(connection, migration);
    const added = addedTo(before, foreignKeyViolations(connection));
    if (added.length > 0) {
      throw new MigrationError(
        'MIGRATION_FOREIGN_KEYS',
        { file: migration.name },
        `${added.length} foreign key(s) that held before do not hold after this step: ${added.slice(0, 5).join('; ')}. Keep what the rows refer to, or change them in the same step.`,
      );
    }
    connection.script(`PRAGMA user_version = ${migration.version}`);
    addToHistory(connection, migration, { at, durationMs: performance.now() - began });
    connection.control('COMMIT');
  } catch (thrown) {
    if (connection.inTransaction) connection.control('ROLLBACK');
    throw thrown;
  } finally {
    connection.forgetSchema();
    connection.script('PRAGMA foreign_keys = ON');
  }
}

function runStatement(connection: Connection, migration: Migration, statement: ScriptStatement): void {
  const { sql, name } = migration;
  const text = sql.slice(statement.start, statement.end);
  try {
    guardByName(sql, statement, 'write');
    connection.script(text);
  } catch (cause) {
    const offset = cause instanceof SqlError ? errorOffset(connection, cause.message, text) : 0;
    const place = { file: name, ...position(sql, statement.start + offset), statement: text };
    if (cause instanceof RefusedStatementError) {
      const message = `${cause.statement} may not stand in a migration. Each file runs in one transaction that Tablite begins and ends, without foreign keys, which are checked afterwards: remove the statement.`;
      throw new MigrationError('MIGRATION_REFUSED', place, message, { cause });
    }
    if (cause instanceof SqlError)
      throw new MigrationError('MIGRATION_SQL', place, `${cause.message}. Nothing of the upgrade was kept; correct the statement.`, {
        cause,
      });
    throw cause;
  }
}

/**
 * Where the syntax error is: SQLite names the token near it, sql.js does not give its offset. The statement cut off behind
 * the right one fails in the same way; cut off behind an earlier one it is merely incomplete.
 */
function errorOffset(connection: Connection, message: string, statement: string): number {
  const near = /^near "(.+)": syntax error/s.exec(message)?.[1];
  if (near === undefined) return 0;
  for (let at = statement.indexOf(near); at >= 0; at = statement.indexOf(near, at + 1)) {
    try {
      connection.script(`EXPLAIN ${statement.slice(0, at + near.length)}`);
    } catch (thrown) {
      if (thrown instanceof SqlError && thrown.message === message) return at;
    }
  }
  return 0;
}

/** CREATE TABLE temp.t is not refused by its name. What goes into it is seen by this tab alone, and is gone with it. */
function refuseTemporary(connection: Connection, { name }: Migration): void {
  const [temporary] = connection.script('SELECT name FROM temp.sqlite_schema LIMIT 1').flat();
  if (temporary === undefined) return;
  throw new MigrationError(
    'MIGRATION_REFUSED',
    { file: name },
    `the temporary "${temporary}" is left over, which no other tab would see. Drop it in the same step, or create it without temp.`,
  );
}

/** The violations, each as `table rowid -> parent`, by `table -> parent`; a key that cannot be checked at all is one too. */
function foreignKeyViolations(connection: Connection): Map<string, string[]> {
  const violationsByKey = new Map<string, string[]>();
  const add = (key: string, violation: string) => {
    const violations = violationsByKey.get(key);
    if (violations) violations.push(violation);
    else violationsByKey.set(key, [violation]);
  };
  for (const [name] of connection.script("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
    try {
      const rows = connection.script(`PRAGMA foreign_key_check("${String(name).replaceAll('"', '""')}")`);
      for (const [table, rowid, parent] of rows) add(`${table} -> ${parent}`, `${table} ${rowid ?? 'row'} -> ${parent}`);
    } catch (cause) {
      // "foreign key mismatch": the parent has no such key.
      if (!(cause instanceof SqlError)) throw cause;
      add(cause.message, cause.message);
    }
  }
  return violationsByKey;
}

/** What there is more of than before. A table that is rebuilt may number its rows anew: old violations are known by how many they are. */
function addedTo(before: ReadonlyMap<string, readonly string[]>, after: ReadonlyMap<string, readonly string[]>): string[] {
  return [...after].flatMap(([key, violations]) => {
    const known = new Set(before.get(key));
    // Rows without a rowid all read alike.
    const newestFirst = [...violations.filter((each) => !known.has(each)), ...violations.filter((each) => known.has(each))];
    return newestFirst.slice(0, Math.max(0, violations.length - (before.get(key)?.length ?? 0)));
  });
}
