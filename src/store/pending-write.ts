import { TransactionError } from '../errors/database-error.js';
import type { Durability } from '../storage/storage.js';
import type { Replica } from './replica.js';

/** What running a write on a replica gives: its result, and the tables it wrote, in lower case. */
export interface Ran<Result> {
  readonly result: Result;
  readonly tables: Iterable<string>;
}

/**
 * A write that is not durable yet: it can be run, undone and run again until its commit is kept, and then settles once.
 */
export class PendingWrite<Result = unknown> {
  readonly durability: Durability;
  readonly settled: Promise<Result>;
  /** Whether what it does is in the replica now. */
  hasRun = false;
  readonly #run: (replica: Replica) => Ran<Result>;
  #ran: Ran<Result> | undefined;
  #resolve: (result: Result) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(durability: Durability, run: (replica: Replica) => Ran<Result>) {
    this.durability = durability;
    this.#run = run;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get tables(): Iterable<string> {
    return this.#ran?.tables ?? [];
  }

  /** Runs it on what the replica holds now. @returns false when it threw, which settles it. */
  run(replica: Replica): boolean {
    try {
      this.#ran = this.#run(replica);
      this.hasRun = true;
      return true;
    } catch (thrown) {
      this.reject(thrown);
      return false;
    }
  }

  resolve(): void {
    // Only what has run is ever in a commit that was kept.
    this.#resolve((this.#ran as Ran<Result>).result);
  }

  reject(error: unknown): void {
    this.#reject(error);
  }
}

/** A write that was begun within the callback of another one, which may run again. */
export function nestedWrite(): TransactionError {
  return new TransactionError(
    'TRANSACTION_NESTED',
    'A write was begun within the callback of another. Use its tx, or await the first one.',
  );
}
