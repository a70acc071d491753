import type { AsyncTransaction } from '../engine/async-transaction.js';
import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { runTransaction, type Transaction } from '../engine/transaction.js';
import { ClosedError } from '../errors/database-error.js';
import type { Durability, StorageLoss } from '../storage/storage.js';
import { attemptSteps, type Steps, untilKept } from './attempt.js';
import type { Backup } from './backup.js';
import type { StoredImage } from './commit-log.js';
import { type FollowerParts, Followers } from './followers.js';
import { LiveReplica } from './live-replica.js';
import { Overlay, untilCurrent } from './overlay.js';
import { nestedWrite, PendingWrite, type Ran } from './pending-write.js';
import type { Replica } from './replica.js';
import { attemptRestore, refuseNewer } from './restore.js';
import { type Change, type ChangeCallback, Subscriptions } from './subscriptions.js';
import { Turns } from './turns.js';

export interface StoreParts extends Omit<FollowerParts, 'onFailure' | 'onNews'> {
  readonly engine: Engine;
  /** The newest schema version that the code knows; undefined where it does not care. */
  readonly known: number | undefined;
}

/**
 * One tab's database: a live replica that is read synchronously, writes that run at once and become durable together, and
 * everybody told of what was committed. Storage work is done in turns, one piece at a time.
 */
export class Store {
  readonly #parts: StoreParts;
  readonly #live: LiveReplica;
  readonly #turns = new Turns();
  readonly #subscriptions = new Subscriptions();
  readonly #followers: Followers;
  #isRunning = false;
  #isFlushDue = false;
  #isCatchUpDue = false;
  #isClosed = false;

  /** A store over what was loaded from the log. */
  constructor(parts: StoreParts, image: StoredImage) {
    this.#parts = parts;
    const onChange = (change: Change) => this.#changed(change);
    this.#live = new LiveReplica({ ...parts, onChange, onStorage: (error) => this.#report(error) }, image);
    this.#followers = new Followers({
      ...parts,
      onFailure: (failure) => this.#report(failure),
      onNews: (seq) => {
        if (seq > this.seq) this.#catchUpSoon();
      },
    });
    parts.log.storage.onLoss((loss) => this.#lose(loss));
    parts.status.set({ seq: this.seq, ...this.#followers.look(this.seq) });
  }

  /** @throws {ClosedError} */
  get connection(): Connection {
    return this.#live.connection;
  }

  get seq(): number {
    return this.#live.seq;
  }

  /** Runs `change` at once, in one transaction; resolves when its commit is durable. */
  write<Result>(change: (tx: Transaction) => Result, durability: Durability): Promise<Result> {
    return this.change(durability, ({ connection }) => runTransaction(connection, change));
  }

  /** Runs `change` on a private view, and again when something that it used has changed; resolves when its commit is durable. */
  async transaction<Result>(change: (tx: AsyncTransaction) => PromiseLike<Result>, durability: Durability): Promise<Result> {
    if (this.#isRunning) throw nestedWrite();
    const { engine, environment } = this.#parts;
    const overlay = () =>
      this.#turns.take(async () => {
        // The last look and the view are one step: nothing is in it that is not stored.
        while (this.#live.queue.hasWaiting) await this.#live.flush();
        return new Overlay(engine, this.connection);
      });
    return untilCurrent({ change, overlay, keep: (carry) => this.change(durability, carry), environment });
  }

  /** Runs at once, as one commit, anything that changes a replica synchronously; resolves when that is durable. */
  change<Result>(durability: Durability, run: (replica: Replica) => Ran<Result>): Promise<Result> {
    if (this.#isRunning) return Promise.reject(nestedWrite());
    const write = new PendingWrite<Result>(durability, (replica) => this.#exclusively(() => run(replica)));
    this.#live.queue.add(write as PendingWrite);
    const note = () => this.#parts.status.set({ unsaved: this.#live.queue.unsavedCount });
    note();
    // Before whoever awaits it: the status they look at then has it.
    write.settled.then(note, note);
    this.#flushSoon();
    return write.settled;
  }

  /**
   * Lets `run` change the database in several transactions, and keeps them as one commit. `run` runs again from the start, on
   * the newer state, when another tab committed first; what it throws undoes everything. `backup`, called once it has changed
   * something, may give a note: then the state before becomes a backup, in the same commit.
   */
  steps<Result>(
    durability: Durability,
    run: (connection: Connection) => Promise<Result>,
    { backup }: Pick<Steps<Result>, 'backup'> = {},
  ): Promise<Result> {
    return this.#alone(() => untilKept(this.#live, () => attemptSteps(this.#live, { durability, run, backup })));
  }

  /** Replaces the whole database by a file, in one strict commit. Backups stay. What `check` throws of the state before ends it. */
  replace(image: Uint8Array, check?: () => void): Promise<void> {
    return this.#alone(async () => {
      // Not to refuse for what another tab has mended long since.
      if (check) await this.#live.pull();
      await untilKept(this.#live, async () => {
        // In one turn with the commit, which loses to any other of its number: what was looked at is what is replaced.
        check?.();
        return { isKept: await this.#live.replace(image), result: undefined };
      });
    });
  }

  /** The backups that are stored, the newest first. */
  backups(): Promise<Backup[]> {
    return this.#turns.take(() => this.#live.ask((backups) => backups.list()));
  }

  /**
   * A backup as one SQLite file.
   *
   * @throws {BackupError} `BACKUP_UNKNOWN`
   * @throws {CorruptionError} that names what is damaged of it.
   */
  readBackup(id: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#turns.take(() => this.#live.ask((backups) => backups.read(id)));
  }

  /**
   * Makes the database what a backup is, in one strict commit, with which the present state becomes a backup in turn. The schema
   * version becomes the backup's, too.
   *
   * @throws {BackupError} `BACKUP_UNKNOWN`, or `BACKUP_NEWER` when the code does not know the backup's schema version.
   * @throws {CorruptionError} that names what is damaged of it.
   */
  restore(id: string): Promise<void> {
    return this.#alone(async () => {
      const image = await this.#live.ask((backups) => backups.read(id));
      refuseNewer(image, this.#parts.known);
      await untilKept(this.#live, () => attemptRestore(this.#live, image));
    });
  }

  /** Deletes a backup; the others stay whole. @throws {BackupError} `BACKUP_UNKNOWN` */
  deleteBackup(id: string): Promise<void> {
    return this.#turns.take(async () => {
      await this.#live.connect();
      this.#live.refuse();
      await this.#live.ask((backups) => backups.delete(id));
    });
  }

  /** Catches up with what other tabs committed. */
  refresh(): Promise<void> {
    return this.#turns.take(async () => {
      this.#isCatchUpDue = false;
      // The getter throws when there is nothing to catch up with any more.
      void this.connection;
      await this.#live.pull();
    });
  }

  /** Waits until every write made so far is stored or rejected; with `mirror`, until what is stored is in the mirror, too. */
  async flush({ mirror = false }: { mirror?: boolean } = {}): Promise<void> {
    await this.#turns.take(() => this.#settle());
    void this.connection;
    if (mirror) await this.#followers.mirrored();
  }

  /** A copy of the database as one SQLite file, every write made so far in it and durable. */
  export(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#turns.take(async () => {
      await this.#settle();
      return this.connection.file.image(this.connection.header.pageCount);
    });
  }

  /** @returns what ends the subscription. */
  subscribe(tables: readonly string[] | 'all', callback: ChangeCallback): () => void {
    return this.#subscriptions.add(tables, callback);
  }

  /** Waits for the writes made so far, and with `mirror` for the mirror, then lets go of everything. */
  async close({ mirror = true }: { mirror?: boolean } = {}): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#isClosed) return;
      await this.#settle();
      await this.#followers.rest({ mirror });
      this.#end(new ClosedError('The database was closed. Open it again.'));
    });
    await this.#parts.log.storage.close();
  }

  /** Waits until nothing waits: a write that is awaited may be followed by another within the same turn. */
  async #settle(): Promise<void> {
    while (this.#live.queue.hasWaiting) await this.#live.flush();
  }

  /** Does `work` in its turn, with nothing waiting; writes that come in meanwhile run on what it leaves. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(async () => {
      // The last look and the suspension are one step: a write that ran in between would be kept or undone with the work.
      while (this.#live.queue.hasWaiting) await this.#live.flush();
      this.#live.queue.suspend();
      try {
        return await work();
      } finally {
        this.#live.queue.resume();
        this.#flushSoon();
      }
    });
  }

  #exclusively<Result>(run: () => Result): Result {
    this.#live.refuse();
    this.#isRunning = true;
    try {
      return run();
    } finally {
      this.#isRunning = false;
    }
  }

  /** A commit is durable and in the replica: everybody who follows is told. */
  #changed(change: Change): void {
    // Taken away while its answer was on the way: nobody follows any more.
    if (this.#isClosed) return;
    const { status, environment } = this.#parts;
    const news = this.#followers.note(change);
    status.set({ seq: this.seq, ...(change.origin === 'own' && { savedAt: environment.clock.now() }), ...news });
    this.#subscriptions.notify(change);
  }

  #flushSoon(): void {
    if (this.#isFlushDue || !this.#live.queue.hasWaiting) return;
    this.#isFlushDue = true;
    void this.#turns.take(() => {
      this.#isFlushDue = false;
      return this.#live.flush();
    });
  }

  #catchUpSoon(): void {
    if (this.#isCatchUpDue || this.#isClosed) return;
    this.#isCatchUpDue = true;
    // Nobody waits for this one: the status says when it failed.
    this.refresh().catch(() => undefined);
  }

  #lose(loss: StorageLoss): void {
    this.#live.isStale = true;
    if (loss === 'disconnected') {
      this.#catchUpSoon();
      return;
    }
    this.#end(new ClosedError('The database was deleted from another tab. Open it again to begin anew.'));
    // What is still under way must not connect again, which would make an empty database of the name.
    void this.#parts.log.storage.close();
  }

  #report(error: unknown): void {
    const { status } = this.#parts;
    const { outdated } = this.#live;
    const { state } = status.current;
    if (error instanceof ClosedError) this.#end(error);
    else if (error instanceof Error) status.set({ state: 'failing', error });
    else if (outdated) status.set({ state: 'outdated', error: state === 'outdated' ? status.current.error : outdated });
    else if (state !== 'migrating') status.set({ state: 'ready', error: undefined });
  }

  #end(reason: ClosedError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#followers.stop();
    this.#live.end(reason);
    this.#parts.status.set({ state: 'closed', error: reason, unsaved: 0 });
  }
}
