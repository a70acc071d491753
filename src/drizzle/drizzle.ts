import type { WithSubquery } from 'drizzle-orm';
import type { ExtractTablesWithRelations } from 'drizzle-orm/relations';
import type { SQLiteTransaction } from 'drizzle-orm/sqlite-core';
import type { Database, SyncResult, WriteOptions } from '../database/database.js';
import type { AsyncTransaction } from '../engine/async-transaction.js';
import { type RunResult, refusePromise, type Transaction } from '../engine/transaction.js';
import { TransactionError, UsageError } from '../errors/database-error.js';
import { type Drizzle, type DrizzleOptions, drizzleOver, type Runner, type Schema } from './facade.js';
import { UnrunStatements } from './unrun-statements.js';

type Reading = 'select' | 'selectDistinct' | '$with' | '$count' | 'all' | 'get' | 'values';
type Changing = 'insert' | 'update' | 'delete' | 'run';

/** What reads: the database itself, and each kind of transaction. Queries are synchronous: end them with `all()` or `get()`. */
export interface DrizzleReader extends Pick<Drizzle<Schema>, Reading> {
  /** Begins a query with common table expressions. */
  with(...queries: WithSubquery[]): Pick<ReturnType<Drizzle<Schema>['with']>, 'select' | 'selectDistinct'>;
}

/** What reads and writes: each kind of transaction. */
export type DrizzleWriter = Pick<Drizzle<Schema>, Reading | Changing | 'with'>;

/** Drizzle within a write. Its `transaction` nests: what its callback throws takes back what it did. */
export type DrizzleTransaction<S extends Schema = Schema> = SQLiteTransaction<'sync', RunResult, S, ExtractTablesWithRelations<S>>;

/** Drizzle within an asynchronous transaction; statements run at once all the same, and may be awaited. */
export interface AsyncDrizzleTransaction<S extends Schema = Schema> extends DrizzleWriter {
  /** Relational queries over the tables of the schema. */
  readonly query: Drizzle<S>['query'];
  /** Runs `change` in a savepoint. @throws {TransactionError} when the outer transaction is used meanwhile. */
  transaction<Result>(change: (tx: AsyncDrizzleTransaction<S>) => PromiseLike<Result>): Promise<Result>;
  /** Ends this transaction by throwing Drizzle's TransactionRollbackError. */
  rollback(): never;
}

/** Drizzle on a database: reads are synchronous, and writes happen in `write` or `transaction`. */
export interface DrizzleDatabase<S extends Schema = Schema> extends DrizzleReader {
  readonly query: Drizzle<S>['query'];
  readonly $client: Database;
  /** As `Database.write`: synchronous, at once, and run again when another tab committed first. */
  write<Result>(change: (tx: DrizzleTransaction<S>) => SyncResult<Result>, options?: WriteOptions): Promise<Result>;
  /** As `Database.transaction`: on a private view, run again when what it used has changed. */
  transaction<Result>(change: (tx: AsyncDrizzleTransaction<S>) => PromiseLike<Result>, options?: WriteOptions): Promise<Result>;
}

/**
 * Drizzle on a database.
 *
 * `drizzle(database, { schema }).select().from(tasks).all()` reads at once. What inserts, updates or deletes outside of
 * `write` and `transaction` does not compile, and throws RefusedStatementError where it is run all the same. A transaction in which
 * such a statement was built and not run rejects with a TransactionError.
 */
export function drizzle<S extends Schema = Record<string, never>>(database: Database, options: DrizzleOptions<S> = {}): DrizzleDatabase<S> {
  const begin = <Result>(change: (tx: AsyncDrizzleTransaction<S>) => Result, settings?: WriteOptions) => {
    if (typeof change !== 'function') return Promise.reject(noFunction('transaction()'));
    return database.transaction((tx) => runAsync(tx, options, change), settings);
  };
  const write: DrizzleDatabase<S>['write'] = (change, settings) => {
    if (typeof change !== 'function') return Promise.reject(noFunction('write()'));
    return database.write((tx) => runSync(tx, options, { isOver: false }, change), settings);
  };
  return Object.assign(drizzleOver<S>(readingFrom(database, begin), options), { $client: database, transaction: begin, write });
}

/** Drizzle on the transaction of a write that was begun without it. Whether each statement was run is looked at in nested ones only. */
export function drizzleIn<S extends Schema = Record<string, never>>(
  tx: Transaction,
  options: DrizzleOptions<S> = {},
): DrizzleTransaction<S> {
  return syncDrizzle(tx, options, { isOver: false }, new UnrunStatements());
}

function readingFrom(database: Database, transaction: Runner['transaction']): Runner {
  return {
    run: (sql, parameters) => {
      // Whatever writes is refused here, with what to call instead.
      database.values(sql, parameters);
      return { changes: 0, lastInsertRowid: 0 };
    },
    all: (sql, parameters) => database.all(sql, parameters),
    get: (sql, parameters) => database.get(sql, parameters),
    values: (sql, parameters, limit) => database.values(sql, parameters, limit),
    transaction,
  };
}

/** A synchronous transaction, or a part of one with a savepoint around it. */
interface Part {
  isOver: boolean;
}

/** Runs `change` on Drizzle, and refuses what it built and did not run. */
function runSync<S extends Schema, Result>(
  tx: Transaction,
  options: DrizzleOptions<S>,
  part: Part,
  change: (tx: DrizzleTransaction<S>) => Result,
): Result {
  const unrun = new UnrunStatements();
  const result = change(syncDrizzle(tx, options, part, unrun));
  // A promise is refused as such: what it has not run yet is beside the point. Drizzle's statements only look like one.
  if (!isThenable(result) || unrun.has(result)) unrun.refuse();
  return result;
}

/** As `runSync`, in an asynchronous transaction. */
async function runAsync<S extends Schema, Result>(
  tx: AsyncTransaction,
  options: DrizzleOptions<S>,
  change: (tx: AsyncDrizzleTransaction<S>) => Result,
): Promise<Awaited<Result>> {
  const unrun = new UnrunStatements();
  const result = await change(asyncDrizzle(tx, options, unrun));
  unrun.refuse();
  return result;
}

/** Drizzle on a part of a synchronous transaction until that is over. */
function syncDrizzle<S extends Schema>(
  tx: Transaction,
  options: DrizzleOptions<S>,
  part: Part,
  unrun: UnrunStatements,
): DrizzleTransaction<S> {
  const nest = (change: (inner: DrizzleTransaction<S>) => unknown) => {
    if (typeof change !== 'function') throw noFunction('transaction()');
    const nested = { isOver: false };
    const savepoint = tx.savepoint();
    try {
      const result = runSync(tx, options, nested, change);
      refusePromise(result, 'a transaction within write()');
      savepoint.release();
      return result;
    } catch (thrown) {
      savepoint.rollBack();
      throw thrown;
    } finally {
      nested.isOver = true;
    }
  };
  const current = () => {
    if (part.isOver)
      throw new TransactionError('TRANSACTION_ENDED', 'The nested transaction has ended: use its tx within its callback only.');
    return tx;
  };
  const database = drizzleOver<S>(runningIn(current, nest), options);
  // It has the one method more that a transaction has: rollback.
  return unrun.watch(database) as DrizzleTransaction<S>;
}

/** Drizzle on an asynchronous transaction. */
function asyncDrizzle<S extends Schema>(
  tx: AsyncTransaction,
  options: DrizzleOptions<S>,
  unrun: UnrunStatements,
): AsyncDrizzleTransaction<S> {
  const nest = (change: (inner: AsyncDrizzleTransaction<S>) => unknown) => {
    if (typeof change !== 'function') return Promise.reject(noFunction('transaction()'));
    return tx.transaction((inner) => runAsync(inner, options, change));
  };
  const database = drizzleOver<S>(
    runningIn(() => tx, nest),
    options,
  );
  // Its `transaction` gives what the runner's gives: a promise.
  return unrun.watch(database) as unknown as AsyncDrizzleTransaction<S>;
}

function runningIn(current: () => Transaction, transaction: Runner['transaction']): Runner {
  return {
    run: (sql, parameters) => current().run(sql, parameters),
    all: (sql, parameters) => current().all(sql, parameters),
    get: (sql, parameters) => current().get(sql, parameters),
    values: (sql, parameters, limit) => current().values(sql, parameters, limit),
    transaction,
  };
}

function isThenable(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'then' in result;
}

function noFunction(of: string): UsageError {
  return new UsageError(`${of} of Drizzle takes a function of the transaction.`);
}
