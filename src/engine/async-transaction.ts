import { TransactionError } from '../errors/database-error.js';
import type { Connection } from './connection.js';
import type { Parameters } from './parameters.js';
import type { Row } from './statement.js';
import { OpenTransaction, type RunResult, type Transaction, type TransactionOutcome } from './transaction.js';
import type { SqlValue } from './values.js';

/** SQL within one asynchronous transaction. Usable until its callback's promise settles. */
export interface AsyncTransaction extends Transaction {
  /**
   * Runs `change` in a savepoint: what it throws takes back what it did, and no more. Until it settles, only its own `tx` may
   * be used.
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
  const tx = new SavepointTransaction(open, 0);
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
class SavepointTransaction implements AsyncTransaction {
  readonly #open: OpenTransaction;
  readonly #depth: number;
  #isOver = false;
  #hasNested = false;

  constructor(open: OpenTransaction, depth: number) {
    this.#open = open;
    this.#depth = depth;
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

  async transaction<Result>(change: (tx: AsyncTransaction) => PromiseLike<Result>): Promise<Result> {
    const open = this.#mine;
    const savepoint = `tablite_${this.#depth + 1}`;
    const nested = new SavepointTransaction(open, this.#depth + 1);
    open.run(`SAVEPOINT ${savepoint}`);
    this.#hasNested = true;
    try {
      const result = await change(nested);
      nested.refuseOpenNested();
      open.run(`RELEASE ${savepoint}`);
      return result;
    } catch (thrown) {
      // When the whole transaction has ended there is nothing to go back to, and what was thrown first says why.
      if (open.isUsable) {
        open.run(`ROLLBACK TO ${savepoint}`);
        open.run(`RELEASE ${savepoint}`);
      }
      throw thrown;
    } finally {
      nested.#isOver = true;
      this.#hasNested = false;
    }
  }

  /** @throws {TransactionError} when a nested transaction has not settled: what it still does would be lost or kept by chance. */
  refuseOpenNested(): void {
    if (!this.#hasNested) return;
    throw new TransactionError('TRANSACTION_NESTED', 'A nested transaction was still open when the outer one ended: await it.');
  }

  get #mine(): OpenTransaction {
    if (this.#isOver)
      throw new TransactionError('TRANSACTION_ENDED', 'The nested transaction has ended: use its tx within its callback only.');
    if (this.#hasNested)
      throw new TransactionError(
        'TRANSACTION_NESTED',
        'A nested transaction is open: use the tx that its callback was given, or await it first.',
      );
    return this.#open;
  }
}
