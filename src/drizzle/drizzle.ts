import type { ExtractTablesWithRelations } from 'drizzle-orm/relations';
import type { SQLiteTransaction } from 'drizzle-orm/sqlite-core';
import type { Database, SyncResult, WriteOptions } from '../database/database.js';
import type { AsyncTransaction } from '../engine/async-transaction.js';
import { type RunResult, refusePromise, type Transaction } from '../engine/transaction.js';
import { type Drizzle, type DrizzleOptions, drizzleOver, type Runner, type Schema } from './facade.js';

type Reading = 'select' | 'selectDistinct' | 'with' | '$with' | '$count' | 'all' | 'get' | 'values';
type Changing = 'insert' | 'update' | 'delete' | 'run';

/** What reads: the database itself, and each kind of transaction. Queries are synchronous: end them with `all()` or `get()`. */
export type DrizzleReader = Pick<Drizzle<Schema>, Reading>;

/** What reads and writes: each kind of transaction. */
export type DrizzleWriter = Pick<Drizzle<Schema>, Reading | Changing>;

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
 * `write` and `transaction` does not compile, and throws RefusedStatementError where it is run all the same.
 */
export function drizzle<S extends Schema = Record<string, never>>(database: Database, options: DrizzleOptions<S> = {}): DrizzleDatabase<S> {
  const begin = <Result>(change: (tx: AsyncDrizzleTransaction<S>) => Result, settings?: WriteOptions) =>
    database.transaction(async (tx) => change(asyncDrizzle(tx, options)), settings);
  const write: DrizzleDatabase<S>['write'] = (change, settings) => database.write((tx) => change(drizzleIn(tx, options)), settings);
  return Object.assign(drizzleOver<S>(readingFrom(database, begin), options), { $client: database, transaction: begin, write });
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

/** Drizzle on the transaction of a write that was begun without it. */
export function drizzleIn<S extends Schema = Record<string, never>>(
  tx: Transaction,
  options: DrizzleOptions<S> = {},
): DrizzleTransaction<S> {
  return syncDrizzle(tx, options, 1);
}

function syncDrizzle<S extends Schema>(tx: Transaction, options: DrizzleOptions<S>, depth: number): DrizzleTransaction<S> {
  const nest = (change: (inner: Drizzle<S>) => unknown) => {
    const savepoint = `drizzle_${depth}`;
    tx.run(`SAVEPOINT ${savepoint}`);
    try {
      const result = change(syncDrizzle(tx, options, depth + 1));
      refusePromise(result, 'a transaction within write()');
      tx.run(`RELEASE ${savepoint}`);
      return result;
    } catch (thrown) {
      tx.run(`ROLLBACK TO ${savepoint}`);
      tx.run(`RELEASE ${savepoint}`);
      throw thrown;
    }
  };
  // It has the one method more that a transaction has: rollback.
  return drizzleOver<S>(runningIn(tx, nest), options) as DrizzleTransaction<S>;
}

/** Drizzle on an asynchronous transaction. */
function asyncDrizzle<S extends Schema>(tx: AsyncTransaction, options: DrizzleOptions<S>): AsyncDrizzleTransaction<S> {
  const nest = (change: (inner: AsyncDrizzleTransaction<S>) => unknown) =>
    tx.transaction(async (inner) => change(asyncDrizzle(inner, options)));
  // Its `transaction` gives what the runner's gives: a promise.
  return drizzleOver<S>(runningIn(tx, nest), options) as unknown as AsyncDrizzleTransaction<S>;
}

function runningIn(tx: Transaction, transaction: Runner['transaction']): Runner {
  return {
    run: (sql, parameters) => tx.run(sql, parameters),
    all: (sql, parameters) => tx.all(sql, parameters),
    get: (sql, parameters) => tx.get(sql, parameters),
    values: (sql, parameters, limit) => tx.values(sql, parameters, limit),
    transaction,
  };
}
