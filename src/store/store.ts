import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import type { SealedPages } from '../engine/paged-file.js';
import { runTransaction, type Transaction } from '../engine/transaction.js';
import { ClosedError, ConflictError, OutdatedError, TransactionError } from '../errors/database-error.js';
import { StorageFullError } from '../errors/storage-error.js';
import type { Durability } from '../storage/storage.js';
import { appendSurely } from './append.js';
import { Checkpoint } from './checkpoint.js';
import type { Commit } from './commit.js';
import type { CommitLog, StoredImage } from './commit-log.js';
import type { Environment } from './environment.js';
import { type Hints, openHints } from './hint.js';
import { newId } from './id.js';
import { pauseAfterConflict } from './pause.js';
import { PendingWrite, type Ran } from './pending-write.js';
import { Replica } from './replica.js';
import type { StatusBoard } from './status.js';
import { type ChangeCallback, Subscriptions } from './subscriptions.js';
import { onWakeUp } from './wake-up.js';
import type { Witness } from './witness.js';
import { WriteQueue } from './write-queue.js';

/** Conflicts in a row after which a write is given up: each of them means that another tab got on. */
const MOST_CONFLICTS = 200;

export interface StoreParts {
  readonly engine: Engine;
  readonly log: CommitLog;
  readonly environment: Environment;
  readonly status: StatusBoard;
  readonly witness: Witness;
  /** The newest schema version that the code knows; undefined where it does not care. */
  readonly known: number | undefined;
}

/**
 * One tab's database: a replica that is read synchronously, writes that run at once and become durable together, and other
 * tabs' commits caught up with. Storage work is done in turns, one piece at a time.
 */
export class Store {
  readonly #parts: StoreParts;
  readonly #subscriptions = new Subscriptions();
  readonly #queue = new WriteQueue(() => this.#replica);
  readonly #checkpoint: Checkpoint;
  readonly #hints: Hints;
  readonly #forgetWakeUps: () => void;
  #replica: Replica;
  #turn: Promise<unknown> = Promise.resolve();
  #isRunning = false;
  #isCatchUpDue = false;
  /** The connection was lost: what is stored has to be looked at before anything is written. */
  #isStale = false;
  #conflicts = 0;
  #closedBy: ClosedError | undefined;

  /** Opens a replica of what is stored. @throws {CorruptionError} @throws {StorageError} */
  static async open(parts: StoreParts): Promise<Store> {
    return new Store(parts, await parts.log.load());
  }

  private constructor(parts: StoreParts, image: StoredImage) {
    this.#parts = parts;
    this.#replica = new Replica(parts.engine, image);
    const { environment, log } = parts;
    this.#checkpoint = new Checkpoint(log, environment.clock, (damage) => this.#fail(damage));
    this.#hints = openHints(environment, log.storage.name, ({ storeId, seq }) => {
      if (storeId === log.storeId && seq > this.#replica.seq) this.#catchUpSoon();
    });
    this.#forgetWakeUps = onWakeUp(environment.wakeUps, () => this.#catchUpSoon());
    log.storage.onLoss((loss) => {
      this.#isStale = true;
      if (loss === 'deleted') this.#end(new ClosedError('The database was deleted from another tab. Open it again to begin anew.'));
      else this.#catchUpSoon();
    });
    this.#atSeq();
  }

  /** @throws {ClosedError} */
  get connection(): Connection {
    if (this.#closedBy) throw this.#closedBy;
    return this.#replica.connection;
  }

  get seq(): number {
    return this.#replica.seq;
  }

  /** Runs `change` at once, in one transaction; resolves when its commit is durable. */
  write<Result>(change: (tx: Transaction) => Result, durability: Durability): Promise<Result> {
    return this.change(durability, ({ connection }) => runTransaction(connection, change));
  }

  /** Runs at once, as one commit, anything that changes a replica synchronously; resolves when that is durable. */
  change<Result>(durability: Durability, run: (replica: Replica) => Ran<Result>): Promise<Result> {
    if (this.#isRunning)
      return Promise.reject(
        new TransactionError('TRANSACTION_NESTED', 'A write was begun within the callback of another. Use its tx, or await the first one.'),
      );
    const write = new PendingWrite<Result>(durability, (replica) => {
      this.#refuse();
      this.#isRunning = true;
      try {
        return run(replica);
      } finally {
        this.#isRunning = false;
      }
    });
    this.#queue.add(write as PendingWrite);
    if (this.#closedBy) this.#queue.abandon(this.#closedBy);
    else if (this.#queue.hasWaiting) void this.#inTurn(() => this.#flush());
    return write.settled;
  }

  /**
   * Lets `steps` change the database in several transactions, and keeps them as one commit. `steps` runs again from the
   * start, on the newer state, when another tab committed first; what it throws undoes everything.
   */
  steps<Result>(durability: Durability, steps: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      await this.#flush();
      this.#queue.suspend();
      try {
        for (;;) {
          this.#refuse();
          let sealed: SealedPages | undefined;
          try {
            const result = await steps(this.connection);
            sealed = this.connection.file.seal();
            if (await this.#keep({ sealed, durability, tables: 'all' })) return result;
          } catch (thrown) {
            if (!this.#closedBy) this.#replica.undo(sealed ? [sealed] : []);
            throw thrown;
          }
          this.#replica.undo([sealed]);
          await this.#loseTo();
        }
      } finally {
        this.#queue.resume();
      }
    });
  }

  /** Replaces the whole database by a file, in one strict commit. */
  replace(image: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      await this.#flush();
      this.#refuse();
      while (!(await this.#parts.log.replace(image, this.#replica.seq))) await this.#loseTo();
      this.#conflicts = 0;
      this.#isStale = true;
      await this.#reload('own');
      this.#announce();
    });
  }

  /** Catches up with what other tabs committed. */
  refresh(): Promise<void> {
    return this.#inTurn(() => this.#pull());
  }

  /** A copy of the database as one SQLite file, every write made so far in it and durable. */
  export(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#inTurn(async () => {
      await this.#flush();
      return this.connection.file.image(this.connection.header.pageCount);
    });
  }

  /** @returns what ends the subscription. */
  subscribe(tables: readonly string[] | 'all', callback: ChangeCallback): () => void {
    return this.#subscriptions.add(tables, callback);
  }

  /** Waits for the writes made so far, then lets go of everything. */
  async close(): Promise<void> {
    if (!this.#closedBy) {
      await this.#inTurn(() => this.#flush());
      this.#end(new ClosedError('The database was closed. Open it again.'));
    }
    await this.#parts.log.storage.close();
  }

  /** Commits what waits, group by group, until nothing does. Each write is settled by what becomes of it. */
  async #flush(): Promise<void> {
    while (this.#queue.hasWaiting) {
      try {
        if (this.#isStale) await this.#pull();
        const group = this.#queue.take();
        if (!group) continue;
        if (await this.#keep(group)) this.#queue.keep();
        else await this.#loseTo();
      } catch (cause) {
        this.#conflicts = 0;
        const isSplittable = cause instanceof StorageFullError && this.#queue.inFlightCount > 1;
        if (this.#closedBy) this.#queue.abandon(this.#closedBy);
        else if (isSplittable) this.#queue.splitUp();
        else if (this.#queue.hasInFlight) this.#queue.fail(cause);
        else this.#queue.failWaiting(cause);
      }
    }
  }

  /** Stores sealed pages as the next commit. @returns whether they are kept; if not, another tab was first. */
  async #keep(group: { sealed: SealedPages; durability: Durability; tables: readonly string[] | 'all' }): Promise<boolean> {
    const { pages } = group.sealed;
    if (pages.length === 0) return true;
    const { log, environment, status } = this.#parts;
    const { connection, schemaVersion } = this.#replica;
    const tables = group.tables === 'all' ? [] : group.tables;
    const commit: Commit = {
      seq: this.seq + 1,
      id: newId(environment.random),
      tables,
      schemaVersion,
      pageSize: connection.file.pageSize,
      pages,
    };
    try {
      if (!(await appendSurely(log, commit, group.durability))) return false;
    } catch (cause) {
      this.#isStale = true;
      this.#fail(cause);
      throw cause;
    }
    this.#conflicts = 0;
    this.#replica.seq = commit.seq;
    status.set({ state: this.#healthyState, error: undefined });
    // A shorter file: the pages past its end are not needed to undo anything any more.
    if (!this.#queue.hasWaiting) connection.file.truncate(connection.header.pageCount);
    this.#atSeq();
    this.#announce();
    this.#subscriptions.notify({ seq: commit.seq, tables: group.tables, origin: 'own' });
    return true;
  }

  /** Another tab was first: catches up, which undoes what is in flight and runs it again on the newer state. */
  async #loseTo(): Promise<void> {
    this.#conflicts++;
    if (this.#conflicts > MOST_CONFLICTS) throw new ConflictError(MOST_CONFLICTS);
    await pauseAfterConflict(this.#parts.environment, this.#conflicts);
    await this.#pull();
  }

  async #pull(): Promise<void> {
    this.#isCatchUpDue = false;
    if (this.#closedBy) throw this.#closedBy;
    try {
      const tail = await this.#parts.log.tail(this.seq);
      if (this.#closedBy) throw this.#closedBy;
      if ('reload' in tail) return await this.#reload('other');
      if (tail.commits.length > 0 || this.#queue.hasInFlight) this.#queue.rebase(() => this.#replica.apply(tail.commits));
      this.#caughtUp();
      for (const { seq, tables } of tail.commits)
        this.#subscriptions.notify({ seq, tables: tables.length > 0 ? tables : 'all', origin: 'other' });
    } catch (cause) {
      this.#fail(cause);
      throw cause;
    }
  }

  /** Takes everything from storage anew. */
  async #reload(origin: 'own' | 'other'): Promise<void> {
    const image = await this.#parts.log.load();
    if (this.#closedBy) throw this.#closedBy;
    const old = this.#replica;
    this.#queue.rebase(() => {
      this.#replica = new Replica(this.#parts.engine, image);
    });
    old.connection.close();
    this.#caughtUp();
    this.#subscriptions.notify({ seq: image.seq, tables: 'all', origin });
  }

  #caughtUp(): void {
    this.#isStale = false;
    this.#parts.status.set({ state: this.#healthyState, error: this.#outdated });
    this.#atSeq();
  }

  #atSeq(): void {
    const { log, witness } = this.#parts;
    witness.note({ storeId: log.storeId, seq: this.seq });
    this.#checkpoint.consider();
  }

  #announce(): void {
    this.#hints.send({ storeId: this.#parts.log.storeId, seq: this.seq });
  }

  #catchUpSoon(): void {
    if (this.#isCatchUpDue || this.#closedBy) return;
    this.#isCatchUpDue = true;
    // Nobody waits for this one: the status says when it failed.
    this.#inTurn(() => this.#pull()).catch(() => undefined);
  }

  #fail(cause: unknown): void {
    if (cause instanceof ClosedError) this.#end(cause);
    else if (!(cause instanceof ConflictError))
      this.#parts.status.set({ state: 'failing', error: cause instanceof Error ? cause : new Error(String(cause)) });
  }

  #end(reason: ClosedError): void {
    if (this.#closedBy) return;
    this.#closedBy = reason;
    const { witness, status } = this.#parts;
    this.#checkpoint.stop();
    this.#queue.abandon(reason);
    this.#forgetWakeUps();
    this.#hints.close();
    witness.flush();
    this.#replica.connection.close();
    status.set({ state: 'closed', error: reason });
  }

  /** @throws {ClosedError} @throws {OutdatedError} */
  #refuse(): void {
    const refusal = this.#closedBy ?? this.#outdated;
    if (refusal) throw refusal;
  }

  get #outdated(): OutdatedError | undefined {
    const { known } = this.#parts;
    const { schemaVersion } = this.#replica;
    return known !== undefined && schemaVersion > known ? new OutdatedError(schemaVersion, known) : undefined;
  }

  get #healthyState(): 'ready' | 'outdated' {
    return this.#outdated ? 'outdated' : 'ready';
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
