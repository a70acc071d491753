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

/** The disk or the origin's quota is full. Memory is as before the write; writing works again once there is room. */
export class StorageFullError extends StorageError {
  override readonly name = 'StorageFullError';
  override readonly code = 'STORAGE_FULL';
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

/** A database was here and is gone: the browser or the user cleared its storage. Not a first run. */
export class DataLossError extends TabliteError {
  override readonly name = 'DataLossError';
  readonly code = 'DATA_LOSS';
  /** The last commit known to have been here. */
  readonly seq: number;

  constructor(database: string, seq: number) {
    super(
      `Database "${database}" was here up to commit ${seq}, and its storage is gone. Open with onDataLoss: 'restart' to begin an empty one, then import a backup.`,
    );
    this.seq = seq;
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
