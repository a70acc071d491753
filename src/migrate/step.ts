import type { Connection } from '../engine/connection.js';
import { guardByName } from '../engine/guard.js';
import type { ScriptStatement } from '../engine/script.js';
import { OpenTransaction, refusePromise } from '../engine/transaction.js';
import { MigrationError } from '../errors/migration-error.js';
import { RefusedStatementError, SqlError } from '../errors/sql-error.js';
import { type MigrationCode, type MigrationContent, position } from './content.js';
import { foldCase, nameOf } from './normal-sql.js';
import { OWN_TABLES } from './own-table.js';
import { RowGuard } from './row-guard.js';

/** The file of one step, and what it does. */
export type StepContent = MigrationContent & { readonly name: string };

/**
 * Does what a file says, within a transaction that is open. Gives the number of each statement of SQL, from 1, before it runs.
 *
 * @throws {MigrationError} when a statement fails or may not stand in a migration, or rows are gone that it did not name.
 */
export function* runContent(connection: Connection, content: StepContent): Generator<number, void> {
  const guard = new RowGuard(connection);
  if ('code' in content) {
    runCode(connection, { file: content.name, code: content.code, guard });
  } else {
    for (const [index, statement] of content.statements.entries()) {
      yield index + 1;
      runStatement(connection, { file: content.name, sql: content.sql, statement, guard });
    }
  }
  const losses = guard.losses();
  if (losses.length === 0) return;
  const message = `${losses.join(', ')} are gone after this step, which does not name the table: a trigger took them. Drop the trigger first and create it again afterwards, or delete the rows by a statement of the step.`;
  throw new MigrationError('MIGRATION_ROWS', { file: content.name }, message);
}

interface Running {
  readonly file: string;
  readonly sql: string;
  readonly statement: ScriptStatement;
  readonly guard: RowGuard;
}

function runStatement(connection: Connection, { file, sql, statement, guard }: Running): void {
  const text = sql.slice(statement.start, statement.end);
  try {
    guardByName(sql, statement, 'write');
    const names = statement.tokens.filter(({ kind }) => kind === 'word' || kind === 'quoted');
    refuseOwnTables(names.map(({ start, end }) => foldCase(nameOf(sql.slice(start, end)))));
    // What triggers say by RAISE is known for what it is only of a compiled statement.
    if (guard.watch(sql, statement)) connection.with(text, 'write', (compiled) => compiled.values(undefined, Number.POSITIVE_INFINITY));
    else connection.script(text);
  } catch (cause) {
    const offset = cause instanceof SqlError ? errorOffset(connection, cause.message, { sql, statement }) : 0;
    throw failure(cause, { file, ...position(sql, statement.start + offset), statement: text });
  }
}

function runCode(connection: Connection, { file, code, guard }: { file: string; code: MigrationCode; guard: RowGuard }): void {
  // The files before it have changed the schema, behind the back of what is compiled.
  connection.forgetSchema();
  const tx = new OpenTransaction(connection, (sql, { footprint }) => {
    refuseOwnTables([...footprint.writes]);
    guard.watchCompiled(sql, footprint.writes);
  });
  try {
    refusePromise(code.up(tx), 'up()');
    if (tx.rolledBackBy !== undefined) throw tx.rolledBackBy;
  } catch (cause) {
    const sql = cause instanceof SqlError ? { statement: cause.sql } : {};
    const refused = failure(cause, { file, ...sql });
    if (refused instanceof MigrationError) throw refused;
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
    throw new MigrationError('MIGRATION_CODE', { file }, `up() threw: ${reason}. Nothing of the upgrade was kept; correct the code.`, {
      cause,
    });
  } finally {
    tx.end();
  }
}

/** What SQLite or the guard threw, as the error of a place in a file; anything else as it is. */
function failure(cause: unknown, place: { file: string; line?: number; column?: number; statement?: string }): unknown {
  if (cause instanceof RefusedStatementError) {
    const message = `${cause.statement} may not stand in a migration. Each file runs in one transaction that Tablite begins and ends, without foreign keys, which are checked afterwards: remove the statement.`;
    return new MigrationError('MIGRATION_REFUSED', place, message, { cause });
  }
  if (cause instanceof SqlError) {
    const message = `${cause.message}. Nothing of the upgrade was kept; correct the statement.`;
    return new MigrationError('MIGRATION_SQL', place, message, { cause });
  }
  return cause;
}

/** A step that changes the history would have every later opening refused, and one that changes the keys every secret lost. */
function refuseOwnTables(names: readonly string[]): void {
  const own = OWN_TABLES.find((table) => names.includes(table));
  if (own === undefined) return;
  throw new RefusedStatementError('REFUSED_STATEMENT', `A change of ${own}`, 'Tablite keeps it', 'Use a table of your own.');
}

/**
 * Where the syntax error is: SQLite names the token near it, sql.js does not give its offset. The statement cut off behind
 * the right one fails in the same way; cut off behind an earlier one it is merely incomplete.
 */
function errorOffset(connection: Connection, message: string, { sql, statement }: Pick<Running, 'sql' | 'statement'>): number {
  const near = /^near "(.+)": syntax error/s.exec(message)?.[1];
  if (near === undefined) return 0;
  for (const { start, end } of statement.tokens) {
    if (sql.slice(start, end) !== near) continue;
    try {
      connection.script(`EXPLAIN ${sql.slice(statement.start, end)}`);
    } catch (thrown) {
      if (thrown instanceof SqlError && thrown.message === message) return start - statement.start;
    }
  }
  return 0;
}
