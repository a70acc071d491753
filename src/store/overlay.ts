import { type AsyncTransaction, runAsyncTransaction } from '../engine/async-transaction.js';
import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { OverlayFile } from '../engine/overlay-file.js';
import type { TransactionOutcome } from '../engine/transaction.js';
import { ConflictError } from '../errors/database-error.js';
import type { Environment } from './environment.js';
import { OVERTAKEN } from './overtaken.js';
import { pauseAfterConflict } from './pause.js';
import type { Ran } from './pending-write.js';
import type { Replica } from './replica.js';

/** Attempts after which an asynchronous transaction is given up: each of them means that somebody else got on. */
const MOST_ATTEMPTS = 20;

/** A private view of a replica, for one attempt of an asynchronous transaction. */
export class Overlay {
  readonly #file: OverlayFile;
  readonly #connection: Connection;

  constructor(engine: Engine, below: Connection) {
    this.#file = new OverlayFile(below.file);
    this.#connection = engine.connectTo(this.#file);
  }

  /** Runs `change` on the view. What it throws leaves nothing anywhere. */
  run<Result>(change: (tx: AsyncTransaction) => PromiseLike<Result>): Promise<TransactionOutcome<Result>> {
    return runAsyncTransaction(this.#connection, change);
  }

  get hasWritten(): boolean {
    return this.#file.isDirty;
  }

  /** Does to the replica what was done here. @returns false when something that was used here has changed there. */
  carryInto({ connection }: Replica): boolean {
    if (!this.#file.isCurrentIn(connection.file)) return false;
    connection.writePages(this.#file.changedPages());
    return true;
  }

  close(): void {
    this.#connection.close();
  }
}

export interface OverlayParts<Result> {
  readonly change: (tx: AsyncTransaction) => PromiseLike<Result>;
  /** A view of the newest state, in which nothing is that is not stored. */
  readonly overlay: () => Promise<Overlay>;
  /** Keeps what a function does to the replica as one commit; it may be called again on a newer state. */
  readonly keep: (carry: (replica: Replica) => Ran<Result | typeof OVERTAKEN>) => Promise<Result | typeof OVERTAKEN>;
  readonly environment: Environment;
}

/**
 * Runs an asynchronous transaction, again from the start whenever somebody else has changed what it used.
 *
 * @throws {ConflictError} when that does not come to an end.
 */
export async function untilCurrent<Result>({ change, overlay: open, keep, environment }: OverlayParts<Result>): Promise<Result> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const overlay = await open();
    try {
      const { result, tables } = await overlay.run(change);
      // It has read one state that is stored; whatever came later, it was so.
      if (!overlay.hasWritten) return result;
      const kept = await keep((replica) => (overlay.carryInto(replica) ? { result, tables } : { result: OVERTAKEN, tables: [] }));
      if (kept !== OVERTAKEN) return kept;
    } finally {
      overlay.close();
    }
    await pauseAfterConflict(environment, attempt);
  }
  throw new ConflictError(MOST_ATTEMPTS);
}
