import { TabliteError } from './tablite-error.js';

/** There is no row of that name or id. Nothing was changed. */
export class NotFoundError extends TabliteError {
  override readonly name = 'NotFoundError';
  readonly code = 'NOT_FOUND';
  readonly table: string;
  /** The column by which it was looked for. */
  readonly column: string;

  constructor(table: string, column: string) {
    super(`No row of ${table} has this ${column}. Look with the list of ${table}: it may have been deleted or renamed elsewhere.`);
    this.table = table;
    this.column = column;
  }
}

/** Another row has that name already. Nothing was changed. */
export class DuplicateNameError extends TabliteError {
  override readonly name = 'DuplicateNameError';
  readonly code = 'DUPLICATE_NAME';
  readonly table: string;
  readonly column: string;

  constructor(table: string, column: string, options?: ErrorOptions) {
    super(`Another row of ${table} has this ${column} already. Choose another, or update that row.`, options);
    this.table = table;
    this.column = column;
  }
}

/** A status that tasks do not have. Nothing was changed. */
export class InvalidStatusError extends TabliteError {
  override readonly name = 'InvalidStatusError';
  readonly code = 'INVALID_STATUS';

  constructor(allowed: readonly string[]) {
    super(`A task's status is one of ${allowed.join(', ')}, in lower case; something else was given.`);
  }
}
