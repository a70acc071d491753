import type { AsyncTransaction } from '../engine/async-transaction.js';
import type { Parameters } from '../engine/parameters.js';
import type { Row } from '../engine/statement.js';
import type { RunResult, Transaction } from '../engine/transaction.js';
import type { SqlValue } from '../engine/values.js';
import type { HistoryEntry } from '../migrate/history.js';
import type { Plan } from '../migrate/plan.js';
import type { StepProgress } from '../migrate/run.js';
import type { Durability } from '../storage/storage.js';
import type { Backup } from '../store/backup.js';
import type { Status } from '../store/status.js';
import type { ChangeCallback } from '../store/subscriptions.js';

export interface WriteOptions {
  /** `strict` survives a power cut too; the database's own setting is the default. */
  readonly durability?: Durability;
}

export interface FlushOptions {
  /** Whether to wait for the mirror, too, where there is one; false by default. */
  readonly mirror?: boolean;
}

export interface MigrateOptions {
  /** The version to go to, no earlier than the database's own; the head of the chain by default. */
  readonly to?: number;
  /** Called before each statement of a file. */
  readonly onProgress?: (step: StepProgress) => void;
}

export interface ImportOptions {
  /**
   * The version of the chain that the file corresponds to, for a file that was made without one (`user_version` 0). By
   * default it is found out from its schema.
   */
  readonly schemaVersion?: number;
  /** The most bytes that the file may have: 512 MiB by default. */
  readonly maxBytes?: number;
  /**
   * What to do with a file that has triggers, views or other code which the chain's version of it does not have (or, without a chain,
   * the database): refuse it (default), drop these from it before anything else is done with it, or keep them. A file of which you do not
   * know who made it is not to keep any: what SQLite runs by itself, it runs on whatever you write.
   */
  readonly foreignObjects?: 'refuse' | 'drop' | 'keep';
  /**
   * Looks at what is about to be replaced, synchronously, in the very commit that replaces it; again when another tab was first. What
   * it throws ends the import, and the database is as it was. A promise is refused with a TransactionError.
   */
  readonly check?: (current: DatabaseReader) => void;
}

/** What reads a database. */
export type DatabaseReader = Pick<Database, 'all' | 'get' | 'values'>;

/**
 * A SQLite database that lives in this tab and in every other tab of the origin.
 *
 * Reads are synchronous and see every commit that this tab made or caught up with, and its own writes while those are on
 * their way to storage. A resolved write is stored; a rejected one left no trace.
 */
export interface Database {
  readonly name: string;
  /** `PRAGMA user_version`: the version of the chain that the database is at. */
  readonly schemaVersion: number;
  /** The applied migrations, oldest first. */
  readonly history: readonly HistoryEntry[];
  /** How the database is at the moment. */
  readonly status: Status;

  /**
   * All rows of a query, as objects.
   *
   * @throws {SqlError} when SQLite refuses it.
   * @throws {ParameterError} when the parameters do not fit it.
   * @throws {RefusedStatementError} for a statement that writes, and for a second statement.
   * @throws {DuplicateColumnError} when two columns have one name.
   */
  all<R = Row>(sql: string, parameters?: Parameters): R[];
  /** The first row of a query, or undefined. Throws as `all` does. */
  get<R = Row>(sql: string, parameters?: Parameters): R | undefined;
  /** The rows of a query as arrays, at most `limit` of them. Throws as `all` does, but takes two columns of one name. */
  values(sql: string, parameters?: Parameters, limit?: number): SqlValue[][];

  /**
   * Runs `change` in one transaction, at once, and resolves with what it returned once its commit is stored.
   *
   * `change` must finish synchronously, and may run again if another tab committed first: keep side effects out of it. What
   * it throws rolls everything back.
   *
   * @throws {OutdatedError} if another tab has brought the database to a schema that this code does not know.
   * @throws {TransactionError} if `change` returns a promise, or is begun within another write.
   * @throws {StorageFullError} {StorageError} {UnknownOutcomeError} {ConflictError} {ClosedError}
   */
  write<Result>(change: (tx: Transaction) => SyncResult<Result>, options?: WriteOptions): Promise<Result>;
  /**
   * Runs `change` on a private view of the database as it is now, and resolves with what it resolved to once its commit is
   * stored. It may await whatever it likes: meanwhile nobody sees what it does, and nobody waits for it.
   *
   * When somebody else has changed what it used before it ended, it is run again from the start on the newer state. Keep side
   * effects out of it, then, and do not write in it by other means than `tx`.
   *
   * @throws {ConflictError} when that happened again and again. Nothing was written.
   * @throws {OutdatedError} {TransactionError} {StorageFullError} {StorageError} {UnknownOutcomeError} {ClosedError}
   */
  transaction<Result>(change: (tx: AsyncTransaction) => PromiseLike<Result>, options?: WriteOptions): Promise<Result>;
  /** A write of one statement. Throws as `write` does. */
  run(sql: string, parameters?: Parameters, options?: WriteOptions): Promise<RunResult>;

  /**
   * Calls back once for each durable commit, own or another tab's, that wrote one of the tables, or any table for `'all'`.
   *
   * @returns what ends the subscription.
   */
  subscribe(tables: readonly string[] | 'all', callback: ChangeCallback): () => void;
  /** Catches up with other tabs now, instead of at their next hint. */
  refresh(): Promise<void>;
  /**
   * Waits until every write made so far is stored, or was rejected. A resolved write needs none of it.
   *
   * @throws {ClosedError}
   * @throws {StorageError} {CorruptionError} with `mirror`, when the mirror cannot be brought forward; the writes are stored all the same.
   */
  flush(options?: FlushOptions): Promise<void>;

  /**
   * What `migrate` would do. Nothing is changed; `String(plan)` prints well.
   *
   * @throws {AdoptError} {MigrationError} {NewerSchemaError} {UsageError} when there is no way to that version.
   */
  plan(options?: Pick<MigrateOptions, 'to'>): Promise<Plan>;
  /**
   * Brings the database forward, as one strict commit that is kept with a backup of the state before; for a database that
   * was opened with `upgrade: 'manual'`, or restored. Runs without a pause, so that no read sees a state between.
   *
   * @returns what was done: no step where there was nothing to do.
   * @throws {AdoptError} {MigrationError} {OutdatedError} {StorageError} The database is as it was then.
   */
  migrate(options?: MigrateOptions): Promise<Plan>;

  /** The database as a standard SQLite file, every write made so far in it and stored. */
  export(): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Replaces everything by a SQLite file, in one strict commit. The file is looked at in a worker that is thrown away, where there
   * are workers, and brought to the head of the chain first; when that fails, the database is as it was.
   *
   * @throws {ImportError} {NewerSchemaError} {AdoptError} {MigrationError} {OutdatedError} {StorageError}
   */
  import(bytes: Uint8Array, options?: ImportOptions): Promise<void>;
  /** Rewrites the file without its free pages, as `VACUUM` does, in one strict commit. */
  vacuum(): Promise<void>;

  /** The states that were kept before migrations and restores, at most 3, the newest first. */
  backups(): Promise<Backup[]>;
  /**
   * Makes the database what a backup is, in one strict commit, in every tab. The present state becomes a backup in turn, so
   * that restoring the newest one undoes it. The schema version is the backup's afterwards: `migrate()`, or the next opening,
   * brings it to the head of the chain again.
   *
   * @throws {BackupError} when there is none of that id, or its schema is newer than the code.
   * @throws {CorruptionError} {OutdatedError} {StorageError} The database is as it was then.
   */
  restore(id: string): Promise<void>;
  /** A backup as a standard SQLite file. @throws {BackupError} {CorruptionError} {StorageError} */
  exportBackup(id: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Deletes a backup; the others stay whole. @throws {BackupError} {OutdatedError} {StorageError} {UnknownOutcomeError} */
  deleteBackup(id: string): Promise<void>;

  /** Calls back with each new status. @returns what ends it. */
  onStatusChange(callback: (status: Status) => void): () => void;
  /** Stores the writes made so far, then lets go of everything. */
  close(): Promise<void>;
}

/** Anything but a promise. */
export type SyncResult<Result> = Result extends PromiseLike<unknown> ? never : Result;
