import { DrizzleError, TransactionRollbackError } from 'drizzle-orm';
import { BetterSQLiteSession } from 'drizzle-orm/better-sqlite3/session';
import type { Logger } from 'drizzle-orm/logger';
import {
  createTableRelationsHelpers,
  type ExtractTablesWithRelations,
  extractTablesRelationalConfig,
  type RelationalSchemaConfig,
} from 'drizzle-orm/relations';
import { BaseSQLiteDatabase, SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import type { Casing } from 'drizzle-orm/utils';
import type { Parameters as SqlParameters } from '../engine/parameters.js';
import type { RunResult } from '../engine/transaction.js';
import type { SqlValue } from '../engine/values.js';
import { TabliteError } from '../errors/tablite-error.js';

/** Tables and relations by the name under which queries know them. */
export type Schema = Record<string, unknown>;

export interface DrizzleOptions<S extends Schema> {
  /** The tables and relations that `query` knows. */
  readonly schema?: S;
  /** Told of each statement and its parameters, which may hold secrets: none by default. */
  readonly logger?: Logger;
  /** How property names become column names where a column has none of its own. */
  readonly casing?: Casing;
}

/** All of Drizzle over something that runs SQL at once. */
export type Drizzle<S extends Schema> = BaseSQLiteDatabase<'sync', RunResult, S>;

/** Where the SQL that Drizzle writes is run, and how it begins a transaction there. */
export interface Runner {
  run(sql: string, parameters: SqlParameters): RunResult;
  all(sql: string, parameters: SqlParameters): unknown[];
  get(sql: string, parameters: SqlParameters): unknown;
  values(sql: string, parameters: SqlParameters, limit?: number): SqlValue[][];
  /** Runs `change` in a transaction of its own, or within the one there is. */
  transaction(change: (tx: unknown) => unknown): unknown;
}

/**
 * Drizzle over a runner.
 *
 * Its session for better-sqlite3 is the one whose driver is synchronous, gives row counts, and leaves bytes and rows as they
 * are; what it asks of a client is little, and is all that is handed to it.
 */
export function drizzleOver<S extends Schema>(runner: Runner, { schema, logger, casing }: DrizzleOptions<S>): Drizzle<S> {
  const dialect = new SQLiteSyncDialect(casing && { casing });
  const relations = schema && relationsOf(schema);
  const session = new BetterSQLiteSession<S, ExtractTablesWithRelations<S>>(clientOf(runner), dialect, relations, logger && { logger });
  const database = new BaseSQLiteDatabase('sync', dialect, session, relations);
  const run = database.run.bind(database);
  return Object.assign(database, { rollback, run: (query: Parameters<typeof run>[0]) => withOwnErrors(() => run(query)) });
}

/** Drizzle puts an error of its own around what a text of SQL throws, but not around what its builders do. */
function withOwnErrors<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (thrown) {
    throw thrown instanceof DrizzleError && thrown.cause instanceof TabliteError ? thrown.cause : thrown;
  }
}

/** As in every transaction of Drizzle: ends it by throwing. */
function rollback(): never {
  throw new TransactionRollbackError();
}

function relationsOf<S extends Schema>(schema: S): RelationalSchemaConfig<ExtractTablesWithRelations<S>> {
  const { tables, tableNamesMap } = extractTablesRelationalConfig<ExtractTablesWithRelations<S>>(schema, createTableRelationsHelpers);
  return { fullSchema: schema, schema: tables, tableNamesMap };
}

/** The part of better-sqlite3's Database that the session uses. */
function clientOf(runner: Runner): ConstructorParameters<typeof BetterSQLiteSession>[0] {
  return {
    prepare: (sql: string) => ({
      run: (...parameters: SqlValue[]) => runner.run(sql, parameters),
      all: (...parameters: SqlValue[]) => runner.all(sql, parameters),
      get: (...parameters: SqlValue[]) => runner.get(sql, parameters),
      raw: () => ({
        all: (...parameters: SqlValue[]) => runner.values(sql, parameters),
        get: (...parameters: SqlValue[]) => runner.values(sql, parameters, 1)[0],
      }),
    }),
    // The transaction that the session has made itself is one of its own kind, over this same client: the runner makes another.
    transaction: (change: (tx: unknown) => unknown) => {
      const begin = () => runner.transaction(change);
      return { deferred: begin, immediate: begin, exclusive: begin };
    },
  };
}
