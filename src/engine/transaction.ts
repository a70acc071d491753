import { TransactionError } from '../errors/database-error.js';
import type { Connection } from './connection.js';
import type { Parameters } from './parameters.js';
import { checkLimit, type Row, type Statement } from './statement.js';
import type { SqlValue } from './values.js';

const EVERY = Number.POSITIVE_INFINITY;

/** SQLite counts the rows of these; after any other its count is still that of an earlier one. */
const COUNTED = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'WITH']);

/** What `run` reports of one statement. */
export interface RunResult {
  /** Rows inserted, updated or deleted by the statement itself; 0 for any other. */
  readonly changes: number;
  /** The rowid of the newest row this connection inserted; 0 before the first. */
  readonly lastInsertRowid: number | bigint;
}

/** SQL within one write: everything of it is kept, or nothing. Usable until its callback returns. */
export interface Transaction {
  /** The rows as objects, from a query or from RETURNING. */
  all<R = Row>(sql: string, parameters?: Parameters): R[];
  /** The first row, or undefined. A statement that writes runs to its end all the same. */
  get<R = Row>(sql: string, parameters?: Parameters): R | undefined;
  /** The rows as arrays, which may hold two columns of one name; at most `limit` of them. */
  values(sql: string, parameters?: Parameters, limit?: number): SqlValue[][];
  /** Runs one statement for its effect. */
  run(sql: string, parameters?: Parameters): RunResult;
  /** Begins a part of the transaction that can be taken back by itself. End it, and the one begun last before those before it. */
  savepoint(): Savepoint;
}

/**
 * A part of a transaction that can be taken back by itself.
 *
 * @throws {TransactionError} when it has ended, or a savepoint around it: the whole transaction is rolled back then, however it goes on.
 */
export interface Savepoint {
  /** Ends the part and leaves what it did to the transaction. */
  release(): void;
  /** Ends the part and takes back what it did. */
  rollBack(): void;
}

/** What a transaction did, beside its result. */
export interface TransactionOutcome<Result> {
  readonly result: Result;
  /** The tables it wrote, in lower case. */
  readonly tables: ReadonlySet<string>;
}

/**
 * Runs `change` between BEGIN and COMMIT; whatever it throws rolls back and is thrown on.
 *
 * @throws {TransactionError} when it returns a promise, or goes on after SQLite itself rolled back.
 */
export function runTransaction<Result>(connection: Connection, change: (tx: Transaction) => Result): TransactionOutcome<Result> {
  const tx = new OpenTransaction(connection);
  connection.control('BEGIN IMMEDIATE');
  try {
    const result = change(tx);
    refusePromise(result, 'write()');
    tx.end();
    if (tx.rolledBackBy !== undefined) throw tx.rolledBackBy;
    connection.control('COMMIT');
    return { result, tables: tx.tables };
  } catch (thrown) {
    tx.end();
    connection.rollBack(tx);
    throw tx.rolledBackBy ?? thrown;
  }
}

/** The transaction that a callback works in; beginning and ending it is the caller's. */
export class OpenTransaction implements Transaction {
  readonly tables: Set<string> = new Set();
  changedSchema = false;
  /** The error with which SQLite ended the transaction by itself. */
  rolledBackBy: unknown;
  readonly #connection: Connection;
  readonly #onStatement: ((sql: string, statement: Statement) => void) | undefined;
  #isOpen = true;
  #savepoints = 0;

  /** `onStatement` is told of each statement before it is run. */
  constructor(connection: Connection, onStatement?: (sql: string, statement: Statement) => void) {
    this.#connection = connection;
    this.#onStatement = onStatement;
  }

  end(): void {
    this.#isOpen = false;
  }

  /** Whether a statement may still be run. */
  get isUsable(): boolean {
    return this.#isOpen && this.rolledBackBy === undefined;
  }

  savepoint(): Savepoint {
    const name = `tablite_${++this.#savepoints}`;
    const tables = [...this.tables];
    this.run(`SAVEPOINT ${name}`);
    return {
      release: () => this.#end(`RELEASE ${name}`),
      rollBack: () => {
        this.#end(`ROLLBACK TO ${name}`);
        this.#end(`RELEASE ${name}`);
        this.tables.clear();
        for (const table of tables) this.tables.add(table);
      },
    };
  }

  /** Ends a savepoint. One that is gone takes the whole transaction along: what was done within it is not known any more. */
  #end(sql: string): void {
    try {
      this.run(sql);
    } catch (cause) {
      // There is nothing left to spoil.
      if (!this.isUsable) throw cause;
      this.rolledBackBy = new TransactionError(
        'TRANSACTION_NESTED',
        'A savepoint had ended already, or one around it. Nothing is kept: end each once, the one begun last first.',
        { cause },
      );
      throw this.rolledBackBy;
    }
  }

  all<R = Row>(sql: string, parameters?: Parameters): R[] {
    // The row type is the caller's word for what their SQL gives.
    return this.#use(sql, (statement) => statement.rows(parameters, EVERY)) as R[];
  }

  get<R = Row>(sql: string, parameters?: Parameters): R | undefined {
    const first = (statement: Statement) =>
      statement.footprint.isWrite ? statement.rows(parameters, EVERY)[0] : statement.first(parameters);
    return this.#use(sql, first) as R | undefined;
  }

  values(sql: string, parameters?: Parameters, limit: number = EVERY): SqlValue[][] {
    checkLimit(limit);
    return this.#use(sql, (statement) =>
      // A statement that writes runs to its end, however many of its rows are wanted.
      statement.footprint.isWrite ? statement.values(parameters, EVERY).slice(0, limit) : statement.values(parameters, limit),
    );
  }

  run(sql: string, parameters?: Parameters): RunResult {
    const isChange = this.#use(sql, (statement) => {
      statement.values(parameters, EVERY);
      return statement.footprint.isWrite && COUNTED.has(statement.keyword);
    });
    const changes = isChange ? this.#connection.changes : 0;
    return { changes, lastInsertRowid: this.#connection.lastInsertRowid };
  }

  #use<Result>(sql: string, use: (statement: Statement) => Result): Result {
    if (!this.#isOpen) throw new TransactionError('TRANSACTION_ENDED', 'The transaction has ended: use tx within its callback only.');
    if (this.rolledBackBy !== undefined) throw this.rolledBackBy;
    try {
      return this.#connection.with(sql, 'write', (statement) => {
        for (const table of statement.footprint.writes) this.tables.add(table);
        this.changedSchema ||= statement.footprint.changesSchema;
        this.#onStatement?.(sql, statement);
        return use(statement);
      });
    } catch (thrown) {
      // A full disk, no memory, OR ROLLBACK: a statement that followed would commit by itself.
      if (!this.#connection.inTransaction) this.rolledBackBy = thrown;
      throw thrown;
    }
  }
}

/** @throws {TransactionError} when a callback that has to be done returned a promise. */
export function refusePromise(result: unknown, of: string): void {
  if (typeof result !== 'object' || result === null || !('then' in result) || typeof result.then !== 'function') return;
  // Its rejection would be reported as unhandled, on top of the error that says what is wrong.
  result.then(undefined, () => undefined);
  throw new TransactionError(
    'TRANSACTION_ASYNC',
    `The callback of ${of} returned a promise. Do what is asynchronous before, and let the callback return plainly.`,
  );
}
