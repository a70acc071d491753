import type { Connection } from '../engine/connection.js';
import { type Engine, pagesOfImage } from '../engine/engine.js';
import type { SealedPages } from '../engine/paged-file.js';
import { ClosedError, ConflictError, OutdatedError } from '../errors/database-error.js';
import { StorageError, StorageFullError } from '../errors/storage-error.js';
import type { Durability } from '../storage/storage.js';
import type { BackupDraft, BackupNote } from './backup.js';
import type { Commit } from './commit.js';
import type { CommitLog, StoredImage } from './commit-log.js';
import type { Environment } from './environment.js';
import { newId } from './id.js';
import { sendSurely } from './outcome.js';
import { pauseAfterConflict } from './pause.js';
import { Replica } from './replica.js';
import type { Change } from './subscriptions.js';
import { WriteQueue } from './write-queue.js';

/** Conflicts in a row after which a write is given up: each of them means that another tab got on. */
const MOST_CONFLICTS = 200;

/** Pages that are to be stored as one commit. */
export interface Draft {
  readonly sealed: SealedPages;
  readonly durability: Durability;
  /** The tables written, in lower case; `'all'` where that cannot be told. */
  readonly tables: readonly string[] | 'all';
  /** Kept with the pages: the state before them. */
  readonly backup?: BackupDraft | undefined;
}

export interface LiveReplicaParts {
  readonly engine: Engine;
  readonly log: CommitLog;
  readonly environment: Environment;
  /** The newest schema version that the code knows; undefined where it does not care. */
  readonly known: number | undefined;
  /** Told of each durable commit, once it is in the replica. */
  readonly onChange: (change: Change) => void;
  /** Told whether storage works: the error with which it failed, or undefined when it worked. */
  readonly onStorage: (error: unknown) => void;
}

/**
 * A replica in step with the log: own writes go out as commits, other tabs' commits come in, and whatever was not kept is
 * taken back. Its asynchronous methods must not overlap; the store calls them in turns.
 */
export class LiveReplica {
  readonly queue: WriteQueue = new WriteQueue(() => this.#replica);
  /** The connection was lost: what is stored has to be looked at before anything is written. */
  isStale = false;
  readonly #parts: LiveReplicaParts;
  #replica: Replica;
  /** Begins the id of each commit that is tried here. */
  readonly #origin: string;
  #attempts = 0;
  #conflicts = 0;
  #outdated: OutdatedError | undefined;
  #closedBy: ClosedError | undefined;

  constructor(parts: LiveReplicaParts, image: StoredImage) {
    this.#parts = parts;
    this.#origin = newId(parts.environment.random);
    this.#replica = new Replica(parts.engine, image);
  }

  /** @throws {ClosedError} */
  get connection(): Connection {
    if (this.#closedBy) throw this.#closedBy;
    return this.#replica.connection;
  }

  get seq(): number {
    return this.#replica.seq;
  }

  /** Why nothing may be written any more: another tab brought a schema that this code does not know. */
  get outdated(): OutdatedError | undefined {
    const { known } = this.#parts;
    const { schemaVersion } = this.#replica;
    if (known === undefined || schemaVersion <= known) return undefined;
    if (this.#outdated?.schemaVersion !== schemaVersion) this.#outdated = new OutdatedError(schemaVersion, known);
    return this.#outdated;
  }

  /** @throws {ClosedError} {OutdatedError} when nothing may be written. */
  refuse(): void {
    const refusal = this.#closedBy ?? this.outdated;
    if (refusal) throw refusal;
  }

  /** Commits what waits, group by group, until nothing does. Each write is settled by what becomes of it. */
  async flush(): Promise<void> {
    while (this.queue.hasWaiting) {
      try {
        await this.connect();
        const group = this.queue.take();
        if (!group) continue;
        if (await this.keep(group)) this.queue.keep();
        else await this.loseTo();
      } catch (cause) {
        this.#conflicts = 0;
        if (this.#closedBy) this.queue.abandon(this.#closedBy);
        else if (cause instanceof StorageFullError && this.queue.inFlightCount > 1) this.queue.splitUp();
        else if (this.queue.inFlightCount > 0) this.queue.fail(cause);
        else this.queue.failWaiting(cause);
      }
    }
  }

  /**
   * Stores sealed pages as the next commit.
   *
   * @returns whether they are kept; if not, another tab was first.
   * @throws {StorageError} when they are not kept, or it cannot be told.
   */
  async keep({ sealed, durability, tables, backup }: Draft): Promise<boolean> {
    if (sealed.pages.length === 0) return true;
    const { log, onChange, onStorage } = this.#parts;
    const { connection, schemaVersion } = this.#replica;
    const commit = { ...this.#next(), tables, schemaVersion, pageSize: connection.file.pageSize, pages: sealed.pages };
    const { seq } = commit;
    if (!(await this.#send(commit, () => log.append(commit, durability, backup)))) return false;
    this.#conflicts = 0;
    this.#replica.seq = seq;
    // A shorter file: the pages past its end are not needed to undo anything any more.
    if (!this.queue.hasWaiting && !this.#closedBy) connection.file.truncate(connection.header.pageCount);
    onStorage(undefined);
    onChange({ seq, tables, origin: 'own' });
    return true;
  }

  /** Another tab was first: catches up, which undoes what is in flight and runs it again on the newer state. */
  async loseTo(): Promise<void> {
    this.#conflicts++;
    if (this.#conflicts > MOST_CONFLICTS) throw new ConflictError(MOST_CONFLICTS);
    await pauseAfterConflict(this.#parts.environment, this.#conflicts);
    await this.pull();
  }

  /** Looks at what is stored, if the connection was lost since. */
  async connect(): Promise<void> {
    if (this.isStale) await this.pull();
  }

  /** Catches up with the log. */
  async pull(): Promise<void> {
    const { log, onStorage, onChange } = this.#parts;
    try {
      const tail = await log.tail(this.seq);
      if (this.#closedBy) throw this.#closedBy;
      if ('reload' in tail) {
        await this.#reload();
        return;
      }
      if (tail.commits.length > 0 || this.queue.inFlightCount > 0) this.queue.rebase(() => this.#replica.apply(tail.commits));
      this.isStale = false;
      onStorage(undefined);
      for (const { seq, tables } of tail.commits) onChange({ seq, tables, origin: 'other' });
    } catch (cause) {
      if (cause instanceof StorageError) {
        // A connection that failed is not asked twice.
        log.storage.disconnect();
        this.isStale = true;
      }
      onStorage(cause);
      throw cause;
    }
  }

  /**
   * Replaces everything by a file, in storage and then here; the state before becomes a backup if one is given.
   *
   * @returns whether it did; if not, another tab was first.
   */
  async replace(image: Uint8Array, backup?: BackupDraft): Promise<boolean> {
    const { log, onStorage, onChange } = this.#parts;
    const { pages, pageSize } = pagesOfImage(image);
    const marker = { ...this.#next(), tables: 'all' as const, schemaVersion: 0, pageSize, pages: [] };
    if (!(await this.#send(marker, () => log.replace(image, marker, backup)))) return false;
    this.#conflicts = 0;
    this.#become({ pages, pageSize, commits: [], seq: marker.seq });
    onStorage(undefined);
    onChange({ seq: marker.seq, tables: 'all', origin: 'own' });
    return true;
  }

  /** What a backup of the present state says of it beside its note; nothing may have been written since the last commit. */
  backupOf(): Omit<BackupDraft, keyof BackupNote> {
    const { file, header } = this.connection;
    const createdAt = new Date(this.#parts.environment.clock.now()).toISOString();
    return { createdAt, pageSize: file.pageSize, pageCount: header.pageCount };
  }

  /**
   * Asks the log for something that is no commit. When the storage fails, what is stored is looked at before anything else is
   * written.
   */
  async ask<Result>(question: (backups: CommitLog['backups']) => Promise<Result>): Promise<Result> {
    const { log, onStorage } = this.#parts;
    if (this.#closedBy) throw this.#closedBy;
    try {
      return await question(log.backups);
    } catch (cause) {
      if (this.#closedBy) throw this.#closedBy;
      if (cause instanceof StorageError) {
        // A connection that failed is not asked twice.
        log.storage.disconnect();
        this.isStale = true;
      }
      if (cause instanceof ClosedError) onStorage(cause);
      throw cause;
    }
  }

  /** Takes everything from storage anew. */
  async #reload(): Promise<void> {
    const { log, onStorage, onChange } = this.#parts;
    const image = await log.load();
    if (this.#closedBy) throw this.#closedBy;
    // A store that has been opened is there, or load() says what has become of it.
    if (!image) return;
    this.#become(image);
    onStorage(undefined);
    onChange({ seq: image.seq, tables: 'all', origin: 'other' });
  }

  #become(image: StoredImage): void {
    if (this.#closedBy) throw this.#closedBy;
    const old = this.#replica;
    this.queue.rebase(() => {
      this.#replica = new Replica(this.#parts.engine, image);
    });
    old.connection.close();
    this.isStale = false;
  }

  /** Sends a commit. What fails is noted; what is stored is looked at before anything else is written. */
  async #send(commit: Commit, send: () => Promise<boolean>): Promise<boolean> {
    try {
      return await sendSurely(this.#parts.log, commit, send);
    } catch (cause) {
      this.isStale = true;
      this.#parts.onStorage(cause);
      throw cause;
    }
  }

  /** The number and the id of the next commit that is tried here. */
  #next(): Pick<Commit, 'seq' | 'id'> {
    return { seq: this.seq + 1, id: `${this.#origin}-${++this.#attempts}` };
  }

  /** Takes back what was written since the last seal, then the sealed pages. */
  undo(sealed?: SealedPages): void {
    if (!this.#closedBy) this.#replica.undo(sealed ? [sealed] : []);
  }

  /** Lets go of the replica; everything that is not durable is rejected with `reason`. */
  end(reason: ClosedError): void {
    this.#closedBy = reason;
    this.queue.abandon(reason);
    this.#replica.connection.close();
  }
}
