import { TransactionError, UsageError } from '../errors/database-error.js';
import type { Connection } from './connection.js';
import type { Parameters } from './parameters.js';
import type { Row } from './statement.js';
import { OpenTransaction, type RunResult, type Savepoint, type Transaction, type TransactionOutcome } from './transaction.js';
import type { SqlValue } from './values.js';

/** SQL within one asynchronous transaction. Usable until its callback's promise settles. */
export interface AsyncTransaction extends Transaction {
  /**
   * Runs `change` in a savepoint: what it throws takes back what it did, and no more. Until it settles, only its own `tx` may
   * be used.
   *
   * @throws {TransactionError} when this transaction has ended, or another nested one is open.
   */
  transaction<Result>(change: (tx: AsyncTransaction) => PromiseLike<Result>): Promise<Result>;
}

/**
 * Runs `change` between BEGIN and COMMIT on a connection that nobody else uses. Of one that fails nothing is kept: close it.
 *
 * @throws {TransactionError} when a nested transaction was not awaited.
 */
export async function runAsyncTransaction<Result>(
  connection: Connection,
  change: (tx: AsyncTransaction) => PromiseLike<Result>,
): Promise<TransactionOutcome<Result>> {
  const open = new OpenTransaction(connection);
  const tx = new NestingTransaction(open);
  connection.control('BEGIN IMMEDIATE');
  try {
    const result = await change(tx);
    tx.refuseOpenNested();
    if (open.rolledBackBy !== undefined) throw open.rolledBackBy;
    connection.control('COMMIT');
    return { result, tables: open.tables };
  } finally {
    open.end();
  }
}

/** One level of an asynchronous transaction; the levels share the connection, and the innermost has it. */
class NestingTransaction implements AsyncTransaction {
  readonly #open: OpenTransaction;
  readonly #outer: NestingTransaction | undefined;
  #isOver = false;
  #hasNested = false;

  constructor(open: OpenTransaction, outer?: NestingTransaction) {
    this.#open = open;
    this.#outer = outer;
  }

  all<R = Row>(sql: string, parameters?: Parameters): R[] {
    return this.#mine.all<R>(sql, parameters);
  }

  get<R = Row>(sql: string, parameters?: Parameters): R | undefined {
    return this.#mine.get<R>(sql, parameters);
  }

  values(sql: string, parameters?: Parameters, limit?: number): SqlValue[][] {
    return this.#mine.values(sql, parameters, limit);
  }

  run(sql: string, parameters?: Parameters): RunResult {
    return this.#mine.run(sql, parameters);
  }

  savepoint(): Savepoint {
    return this.#mine.savepoint();
  }

  async transaction<Result>(change: (tx: AsyncTransaction) => PromiseLike<Result>): Promise<Result> {
    if (typeof change !== 'function') throw new UsageError('transaction() takes an asynchronous function of the transaction.');
    const open = this.#mine;
    const savepoint = open.savepoint();
    const nested = new NestingTransaction(open, this);
    this.#hasNested = true;
    try {
      const result = await change(nested);
      nested.refuseOpenNested();
      if (nested.isOver) throw ended();
      savepoint.release();
      return result;
    } catch (thrown) {
      // When a transaction around it has ended, this one has been taken back with it.
      if (open.isUsable && !nested.isOver) savepoint.rollBack();
      throw thrown;
    } finally {
      nested.#isOver = true;
      this.#hasNested = false;
    }
  }

  /** Whether it or one around it has ended. */
  get isOver(): boolean {
    return this.#isOver || (this.#outer?.isOver ?? false);
  }

  /** @throws {TransactionError} when a nested transaction has not settled: what it still does would be lost or kept by chance. */
  refuseOpenNested(): void {
    if (!this.#hasNested) return;
    throw new TransactionError('TRANSACTION_NESTED', 'A nested transaction was still open when the outer one ended: await it.');
  }

  get #mine(): OpenTransaction {
    if (this.isOver) throw ended();
    if (this.#hasNested)
      throw new TransactionError(
        'TRANSACTION_NESTED',
        'A nested transaction is open: use the tx that its callback was given, or await it first.',
      );
    return this.#open;
  }
}

function ended(): TransactionError {
  return new TransactionError('TRANSACTION_ENDED', 'The nested transaction has ended: use its tx within its callback only.');
}
