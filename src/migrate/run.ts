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
    connection.script('BEGIN IMMEDIATE');
    const began = now();
    for (const statement of splitScript(migration.sql).statements) runStatement(connection, migration, statement);
    const added = [...foreignKeyViolations(connection)].filter((violation) => !before.has(violation));
    if (added.length > 0) {
      throw new MigrationError(
        'MIGRATION_FOREIGN_KEYS',
        { file: migration.name },
        `${added.length} row(s) refer to rows that do not exist after this step: ${added.slice(0, 5).join('; ')}. Keep what they refer to, or change them in the same step.`,
      );
    }
    connection.script(`PRAGMA user_version = ${migration.version}`);
    addToHistory(connection, migration, { at: began, durationMs: now() - began });
    connection.script('COMMIT');
  } catch (thrown) {
    if (connection.inTransaction) connection.script('ROLLBACK');
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
    if (cause instanceof RefusedStatementError) throw new MigrationError('MIGRATION_REFUSED', place, cause.message, { cause });
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

/** Each violation as `table rowid -> parent`. */
function foreignKeyViolations(connection: Connection): Set<string> {
  const rows = connection.script('PRAGMA foreign_key_check');
  return new Set(rows.map(([table, rowid, parent]) => `${table} ${rowid ?? 'row'} -> ${parent}`));
}
