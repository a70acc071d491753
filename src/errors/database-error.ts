import { TabliteError } from './tablite-error.js';

/** The database was closed, or deleted from another tab. Open it again. */
export class ClosedError extends TabliteError {
  override readonly name = 'ClosedError';
  readonly code = 'CLOSED';
}

/** Others committed first, again and again, until the write was given up. It left no trace and may be tried again. */
export class ConflictError extends TabliteError {
  override readonly name = 'ConflictError';
  readonly code = 'CONFLICT';

  constructor(attempts: number) {
    super(
      `Others committed first ${attempts} times in a row. Nothing was written: try again, write less often, or do less in one transaction.`,
    );
  }
}

/** Another tab brought the database to a schema that this code does not know. Reads go on; reload to write. */
export class OutdatedError extends TabliteError {
  override readonly name = 'OutdatedError';
  readonly code = 'OUTDATED';
  readonly schemaVersion: number;
  readonly known: number;

  constructor(schemaVersion: number, known: number) {
    super(
      `The database is at schema version ${schemaVersion}, and this code knows versions up to ${known}. Reads go on; reload the page for the newer code to write.`,
    );
    this.schemaVersion = schemaVersion;
    this.known = known;
  }
}

/** The database to open is newer than this code. Update the code, or open with `onNewer: 'read-only'`. */
export class NewerSchemaError extends TabliteError {
  override readonly name = 'NewerSchemaError';
  readonly code = 'NEWER_SCHEMA';
  readonly schemaVersion: number;
  readonly known: number;

  constructor(schemaVersion: number, known: number, what: 'database' | 'file' = 'database') {
    const advice = what === 'file' ? 'Import it with the newer code' : "Load the newer code, or open with onNewer: 'read-only'";
    super(`The ${what} is at schema version ${schemaVersion}, and this code knows versions up to ${known}. ${advice}.`);
    this.schemaVersion = schemaVersion;
    this.known = known;
  }
}

export type TransactionErrorCode = 'TRANSACTION_NESTED' | 'TRANSACTION_ASYNC' | 'TRANSACTION_ENDED' | 'TRANSACTION_UNRUN';

/** A write callback was used in a way that cannot be atomic. The transaction was rolled back. */
export class TransactionError extends TabliteError {
  override readonly name = 'TransactionError';
  readonly code: TransactionErrorCode;

  constructor(code: TransactionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type ImportErrorCode =
  | 'IMPORT_TOO_LARGE'
  | 'IMPORT_TYPE'
  | 'IMPORT_EMPTY'
  | 'IMPORT_NOT_A_DATABASE'
  | 'IMPORT_TRUNCATED'
  | 'IMPORT_DAMAGED'
  | 'IMPORT_TIMEOUT'
  | 'IMPORT_FOREIGN'
  | 'IMPORT_SCHEMA';

/** The bytes cannot replace this database, which is as it was. */
export class ImportError extends TabliteError {
  override readonly name = 'ImportError';
  readonly code: ImportErrorCode;
  /** Of `IMPORT_FOREIGN`: what is foreign, `trigger copy on notes`; empty otherwise. The names are the file's. */
  readonly foreign: readonly string[];

  constructor(code: ImportErrorCode, message: string, options: ErrorOptions & { readonly foreign?: readonly string[] } = {}) {
    super(message, options);
    this.code = code;
    this.foreign = options.foreign ?? [];
  }
}

/** An option or argument that cannot be used. */
export class UsageError extends TabliteError {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}
