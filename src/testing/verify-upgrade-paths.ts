import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { runTransaction } from '../engine/transaction.js';
import { UsageError } from '../errors/database-error.js';
import { MigrationError } from '../errors/migration-error.js';
import { type Migrations, readChain } from '../migrate/chain.js';
import { differences } from '../migrate/differences.js';
import { foreignKeyViolations } from '../migrate/foreign-keys.js';
import { foldCase } from '../migrate/normal-sql.js';
import { UpgradePlan } from '../migrate/plan.js';
import { runPlan } from '../migrate/run.js';
import { readStructure } from '../migrate/structure.js';
import { type ChainState, chainStates } from './chain-state.js';
import { pageEngine, withFile } from './detached.js';
import { checkRows, type FillOptions, insertRows, type Seed } from './fill-tables.js';
import { promisesOf } from './promise.js';
import { brokenPromises, readRows, type TableRows } from './row-comparison.js';
import { StepRecorder } from './step-recorder.js';
import { readTableShapes } from './table-shape.js';
import { UpgradePathError } from './upgrade-path-error.js';
import { type UpgradePath, UpgradeReport } from './upgrade-report.js';

export interface VerifyOptions extends FillOptions {
  readonly migrations: Migrations;
}

/**
 * Upgrades a database from every version of the chain to its head, with rows in every table, and compares: the schema with that
 * of a fresh database, and the rows with what the statements of the steps say.
 *
 * A row may go only where a DELETE names its table; a value may change only where an UPDATE sets its column, an upsert names
 * the table, or a copy to a new table computes it. Where the updated table has a trigger, that may be any of its columns.
 * Tables that are dropped and not made again, and virtual ones, are promised nothing.
 *
 * @throws {UpgradePathError} with the version that the upgrade began at, and what is different.
 * @throws {MigrationError} when a step fails; the message tells from which version, unless it fails on an empty database too.
 * @throws {UsageError} when a seed is of no table of the chain.
 */
export async function verifyUpgradePaths({ migrations, ...options }: VerifyOptions): Promise<UpgradeReport> {
  checkRows(options.rowsPerTable);
  const engine = await pageEngine();
  const recorder = await StepRecorder.of(readChain(migrations));
  const states = await chainStates(engine, recorder.chain);
  checkSeed(options.seed, states);
  const paths: UpgradePath[] = [];
  for (const state of states) paths.push(await verifyPath(state, { engine, recorder, states, options }));
  return new UpgradeReport(paths);
}

interface Verification {
  readonly engine: Engine;
  readonly recorder: StepRecorder;
  readonly states: readonly ChainState[];
  readonly options: FillOptions;
}

async function verifyPath({ version: from, image }: ChainState, { engine, recorder, states, options }: Verification): Promise<UpgradePath> {
  const { chain } = recorder;
  const head = states.at(-1);
  return withFile(engine, image, async (connection) => {
    const shapes = readTableShapes(connection);
    const seed = fittingSeed(options.seed, { version: from, states });
    runTransaction(connection, (tx) => insertRows(tx, shapes, { ...options, ...(seed && { seed }), version: from }));
    const before = readRows(connection, shapes);
    recorder.begin();
    const began = performance.now();
    await upgrade(connection, new UpgradePlan(from, chain.slice(from)));
    const ms = performance.now() - began;
    const wrong = head ? differences(readStructure(connection), head.structure) : [];
    if (wrong.length > 0) throw new UpgradePathError('UPGRADE_SCHEMA', { from, differences: wrong });
    const steps = states.slice(from + 1).map((state) => ({
      changes: recorder.changesOf(state.version),
      triggered: new Set([...state.triggered, ...(states[state.version - 1]?.triggered ?? [])]),
    }));
    checkRowsKept({ from, before, after: readRows(connection, readTableShapes(connection)) }, steps);
    checkIntegrity(connection, from);
    const filled = [...before.values()].filter(({ rows }) => rows.length > 0);
    const rows = filled.reduce((sum, table) => sum + table.rows.length, 0);
    return { from, to: chain.length, tables: filled.length, rows, ms };
  });
}

async function upgrade(connection: Connection, plan: UpgradePlan): Promise<void> {
  try {
    await runPlan(connection, plan, { now: () => Date.now() });
  } catch (cause) {
    if (!(cause instanceof MigrationError)) throw cause;
    const { code, file, line, column, statement } = cause;
    const place = {
      file,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      ...(statement !== undefined && { statement }),
    };
    const reason = cause.message.slice(cause.message.indexOf(': ') + 2);
    throw new MigrationError(code, place, `upgrading a database of version ${plan.from} that has rows: ${reason}`, { cause });
  }
}

interface RowsOnPath {
  readonly from: number;
  readonly before: ReadonlyMap<string, TableRows>;
  readonly after: ReadonlyMap<string, TableRows>;
}

function checkRowsKept({ from, before, after }: RowsOnPath, steps: Parameters<typeof promisesOf>[1]): void {
  const columnsByTable = new Map([...before].map(([table, { shape }]) => [table, shape.columns.map(({ name }) => name)]));
  for (const promise of promisesOf(columnsByTable, steps)) {
    const rows = before.get(promise.table);
    const broken = rows ? brokenPromises(promise, rows, after.get(promise.to)) : [];
    if (broken.length > 0) throw new UpgradePathError('UPGRADE_ROWS', { from, table: promise.table, differences: broken });
  }
}

/** What SQLite finds in the file itself: NOT NULL, CHECK and UNIQUE of all rows among it. */
function checkIntegrity(connection: Connection, from: number): void {
  const report = connection.script('PRAGMA integrity_check(20)').map(([line]) => String(line));
  const violations = [...foreignKeyViolations(connection).values()].flat();
  // SQLite says the same of each row.
  const problems = [...new Set([...report.filter((line) => line !== 'ok'), ...violations])];
  if (problems.length > 0) throw new UpgradePathError('UPGRADE_ROWS', { from, differences: problems });
}

/** @throws {UsageError} */
function checkSeed(seed: Seed | undefined, states: readonly ChainState[]): void {
  const unknown = Object.keys(seed ?? {}).find((table) => !states.some(({ columnsByTable }) => columnsByTable.has(foldCase(table))));
  if (unknown !== undefined) throw new UsageError(`seed has rows of "${unknown}", and no version of the chain has a table of that name.`);
}

/** Rows given for all versions are without the columns that a version has not yet, or no more. */
function fittingSeed(seed: Seed | undefined, { version, states }: { version: number; states: readonly ChainState[] }): Seed | undefined {
  if (!seed) return undefined;
  const columnsAt = (at: ChainState | undefined, table: string) => at?.columnsByTable.get(foldCase(table)) ?? [];
  const fitting = Object.entries(seed).map(([table, rows]) => {
    if (typeof rows === 'function') return [table, rows] as const;
    const here = new Set(columnsAt(states[version], table));
    const other = new Set(states.flatMap((state) => columnsAt(state, table)).filter((column) => !here.has(column)));
    const fit = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !other.has(foldCase(column)))));
    return [table, fit] as const;
  });
  return Object.fromEntries(fitting);
}
