import { TabliteError } from './tablite-error.js';

/** The storage refused or lost a request; nothing of it was kept. `cause` is the storage's own error. */
export class StorageError extends TabliteError {
  override readonly name: string = 'StorageError';
  readonly code: string = 'STORAGE_FAILED';
  /** Whether the request reached the storage at all. */
  readonly wasSent: boolean;

  constructor(message: string, options: ErrorOptions & { wasSent?: boolean } = {}) {
    super(message, options);
    this.wasSent = options.wasSent ?? true;
  }
}

/** There is no storage to be had: no IndexedDB, blocked cookies, some private modes. */
export class StorageUnavailableError extends StorageError {
  override readonly name = 'StorageUnavailableError';
  override readonly code = 'STORAGE_UNAVAILABLE';
}

/** Nothing is stored under this name, and nothing was made of it. */
export class StorageAbsentError extends StorageError {
  override readonly name = 'StorageAbsentError';
  override readonly code = 'STORAGE_ABSENT';
}

/** The disk or the origin's quota is full. Memory is as before the write; writing works again once there is room. */
export class StorageFullError extends StorageError {
  override readonly name = 'StorageFullError';
  override readonly code = 'STORAGE_FULL';
  /** The bytes of the write that did not fit; undefined where that is not known. */
  readonly bytes: number | undefined;
  /** How many bytes the origin's data takes, as the browser says; undefined where it does not. */
  readonly usage: number | undefined;
  /** How many bytes it may take, as the browser says; undefined where it does not. */
  readonly quota: number | undefined;

  constructor(message: string, options: ErrorOptions & Partial<Record<'bytes' | 'usage' | 'quota', number | undefined>> = {}) {
    super(message, options);
    this.bytes = options.bytes;
    this.usage = options.usage;
    this.quota = options.quota;
  }
}

/** The storage gave no sign of life within the watchdog's time, and the request had nothing to decide. */
export class StorageTimeoutError extends StorageError {
  override readonly name = 'StorageTimeoutError';
  override readonly code = 'STORAGE_TIMEOUT';
}

/**
 * A commit, or the deletion of a backup, was sent, its end was not seen, and the storage could not be asked again: it may or may
 * not be on disk.
 * Memory is as before; if it is on disk, it shows with the next catch-up.
 */
export class UnknownOutcomeError extends StorageError {
  override readonly name = 'UnknownOutcomeError';
  override readonly code = 'STORAGE_OUTCOME_UNKNOWN';
}

/** What is stored was written by a Tablite whose storage format this one does not know. It was left untouched. */
export class StorageFormatError extends StorageError {
  override readonly name = 'StorageFormatError';
  override readonly code = 'STORAGE_FORMAT';
}

/** What is stored is damaged. `damaged` names the records; nothing was overwritten. */
export class CorruptionError extends TabliteError {
  override readonly name = 'CorruptionError';
  readonly code = 'CORRUPTION';
  readonly damaged: readonly string[];

  constructor(damaged: readonly string[], what: string) {
    super(
      `${what} (${damaged.join(', ')}). Nothing was overwritten: copy what the storage holds before you delete the database or import a backup.`,
    );
    this.damaged = damaged;
  }
}

/** Nothing consistent is left of a database, or of the backup that was asked for. Nothing was changed. */
export class SalvageError extends TabliteError {
  override readonly name = 'SalvageError';
  readonly code = 'SALVAGE';
  /** The records that are missing or damaged. */
  readonly damaged: readonly string[];

  constructor(database: string, damaged: readonly string[]) {
    const what = damaged.length > 0 ? `damaged: ${damaged.join(', ')}` : 'nothing is stored under that name';
    super(
      `No consistent state of database "${database}" is left (${what}). Look at inspectStorage(), and import an exported file if there is one.`,
    );
    this.damaged = damaged;
  }
}

/** What is known of a database that was lost, or of which the last commits were. */
export interface DataLoss {
  /** The newest commit that is known to have been stored. */
  readonly seq: number;
  /** Milliseconds since 1970 at which that was noted; undefined where it is not known. */
  readonly at?: number | undefined;
  /** The newest commit that is there; undefined where nothing is. */
  readonly foundSeq?: number | undefined;
}

/**
 * A database was here and is gone, or goes back to before its last commits: the browser or the user cleared its storage, or the
 * disk lost it. Not a first run. `cause` says why its mirror does not help, where there is one.
 */
export class DataLossError extends TabliteError implements DataLoss {
  override readonly name = 'DataLossError';
  readonly code = 'DATA_LOSS';
  readonly seq: number;
  readonly at: number | undefined;
  readonly foundSeq: number | undefined;

  constructor(database: string, { seq, at, foundSeq }: DataLoss, options?: ErrorOptions) {
    const time = at === undefined ? '' : ` (${new Date(at).toISOString()})`;
    super(
      foundSeq === undefined
        ? `Database "${database}" was here up to commit ${seq}${time}, and its storage is gone. Open with onDataLoss: 'restart' to begin an empty one, then import a backup.`
        : `Database "${database}" was here up to commit ${seq}${time}, and its storage ends at commit ${foundSeq}: what came later was lost, as in a power cut.`,
      options,
    );
    this.seq = seq;
    this.at = at;
    this.foundSeq = foundSeq;
  }
}

export type BackupErrorCode = 'BACKUP_UNKNOWN' | 'BACKUP_NEWER';

/** A backup that is not there, or that this code may not restore. Nothing was changed. */
export class BackupError extends TabliteError {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
