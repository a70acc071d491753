import type { Connection } from '../engine/connection.js';
import { splitScript } from '../engine/script.js';
import { AdoptError } from '../errors/adopt-error.js';
import { MigrationError } from '../errors/migration-error.js';
import { SqlError } from '../errors/sql-error.js';
import type { Migration } from './chain.js';
import type { MigrationContent } from './content.js';
import { foreignKeyViolations, newViolations, type Violations } from './foreign-keys.js';
import { addToHistory, readHistory } from './history.js';
import { OWN_TABLES } from './own-table.js';
import type { Adoption, Standing, UpgradePlan } from './plan.js';
import { brokenStatements } from './smoke-compile.js';
import { runContent } from './step.js';

/** How far a chain has come. */
export interface StepProgress {
  readonly version: number;
  readonly name: string;
  /** From 1 to `total`. */
  readonly index: number;
  readonly total: number;
  /** The statement of the file that runs now, from 1; 0 in a file of code. */
  readonly statement: number;
  /** The statements of the file; 0 of a file of code. */
  readonly statements: number;
  /** Milliseconds since the chain began. */
  readonly ms: number;
}

export interface RunOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onStep?: (step: StepProgress) => void;
  /** Called before each statement: a promise lets the page paint. Without it, all steps run without a pause. */
  readonly rest?: () => Promise<void> | undefined;
  /** Takes everything back when a step fails, before anybody else runs. */
  readonly undo?: () => void;
}

/** What a connection's database stands at. */
export function readStanding(connection: Connection): Standing {
  const tables = connection.value(
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN (?, ?)",
    OWN_TABLES,
  );
  return { schemaVersion: connection.header.userVersion, history: readHistory(connection), hasTables: Number(tables) > 0 };
}

/**
 * Runs a plan: the adoption, if there is one, and the steps, each in a transaction of its own with its version and its
 * history entry in it. Storing the result as one commit, or undoing all of it when this throws, is the caller's.
 *
 * @throws {MigrationError} with file, line, column and statement.
 * @throws {AdoptError} when rows do not fit the version that the database is adopted at.
 */
export async function runPlan(connection: Connection, plan: UpgradePlan, options: RunOptions): Promise<void> {
  if (plan.isEmpty) return;
  const contents = await Promise.all(plan.steps.map(({ load }) => load()));
  try {
    for (const _ of stepsOf(connection, plan, contents, options)) {
      const rest = options.rest?.();
      if (rest) await rest;
    }
  } catch (thrown) {
    options.undo?.();
    throw thrown;
  }
}

/** Runs it all, and yields before each statement: nothing else runs in between unless whoever drives it waits. */
function* stepsOf(
  connection: Connection,
  plan: UpgradePlan,
  contents: readonly MigrationContent[],
  options: RunOptions,
): Generator<void, void> {
  const began = performance.now();
  const { adoption } = plan;
  const first = adoption ? 2 : 1;
  const total = plan.steps.length + first - 1;
  const report = (step: Pick<StepProgress, 'version' | 'name' | 'index' | 'statement' | 'statements'>) =>
    options.onStep?.({ ...step, total, ms: performance.now() - began });
  const brokenBefore = brokenStatements(connection);
  let violations = foreignKeyViolations(connection);
  // Outside of any transaction, as step 1 of https://www.sqlite.org/lang_altertable.html: within one it would change nothing.
  connection.script('PRAGMA foreign_keys = OFF');
  try {
    if (adoption) {
      report({ version: adoption.version, name: 'adoption', index: 1, statement: 0, statements: 0 });
      yield;
      violations = adopt(connection, adoption, violations);
    }
    for (const [at, content] of contents.entries()) {
      const migration = plan.steps[at] as Migration;
      const { version, name } = migration;
      const statements = 'statements' in content ? content.statements.length : 0;
      const tell = (statement: number) => report({ version, name, index: first + at, statement, statements });
      if (statements === 0) tell(0);
      violations = yield* runStep(connection, { migration, content, violations, report: tell, options });
    }
  } finally {
    connection.forgetSchema();
    connection.script('PRAGMA foreign_keys = ON');
  }
  const broken = [...brokenStatements(connection)].filter(([label]) => !brokenBefore.has(label));
  if (broken.length === 0) return;
  const list = broken.slice(0, 5).map(([label, message]) => `${label}: ${message}`);
  const message = `after the chain these no longer compile: ${list.join('; ')}. A trigger, a view or a foreign key names something that is gone: drop it or create it anew in the step that changes what it names.`;
  throw new MigrationError('MIGRATION_BROKEN', { file: plan.steps.at(-1)?.name ?? 'adoption' }, message);
}

/** @returns the foreign keys that are violated after it. */
function adopt(connection: Connection, { version, script }: Adoption, violations: Violations): Violations {
  connection.control('BEGIN IMMEDIATE');
  try {
    for (const _ of runContent(connection, { name: 'adoption', sql: script, statements: splitScript(script).statements }));
    connection.script(`PRAGMA user_version = ${version}`);
    const after = foreignKeyViolations(connection);
    const added = newViolations(violations, after);
    if (added.length > 0) throw new AdoptError('ADOPT_ROWS', version, added);
    connection.control('COMMIT');
    return after;
  } catch (cause) {
    connection.rollBack({ changedSchema: true });
    if (!(cause instanceof MigrationError)) throw cause;
    const reason = cause.cause instanceof SqlError ? cause.cause.message : cause.message;
    // A rebuild fills the new table under another name.
    throw new AdoptError('ADOPT_ROWS', version, [reason.replaceAll('_new_', '')], { cause });
  }
}

interface Step {
  readonly migration: Migration;
  readonly content: MigrationContent;
  /** The foreign keys that are violated before it. */
  readonly violations: Violations;
  readonly report: (statement: number) => void;
  readonly options: RunOptions;
}

/** @returns the foreign keys that are violated after it. */
function* runStep(connection: Connection, { migration, content, violations, report, options }: Step): Generator<void, Violations> {
  const { name } = migration;
  let isDone = false;
  connection.control('BEGIN IMMEDIATE');
  try {
    const at = options.now();
    const began = performance.now();
    for (const statement of runContent(connection, { ...content, name })) {
      report(statement);
      yield;
    }
    const after = foreignKeyViolations(connection);
    const added = newViolations(violations, after);
    if (added.length > 0) {
      const message = `${added.length} foreign key(s) that held before do not hold after this step: ${added.slice(0, 5).join('; ')}. Keep what the rows refer to, or change them in the same step.`;
      throw new MigrationError('MIGRATION_FOREIGN_KEYS', { file: name }, message);
    }
    addToHistory(connection, migration, { at, durationMs: performance.now() - began });
    connection.control('COMMIT');
    isDone = true;
    return after;
  } finally {
    if (!isDone) connection.rollBack({ changedSchema: true });
  }
}
