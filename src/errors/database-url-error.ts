import { TabliteError } from './tablite-error.js';

export type DatabaseUrlErrorCode = 'DATABASE_URL' | 'DATABASE_ENGINE' | 'DATABASE_URL_NODE';

/**
 * The address names no database that can be opened: it cannot be read (`DATABASE_URL`), is of an engine that is not SQLite
 * (`DATABASE_ENGINE`), or of a place that only Node has (`DATABASE_URL_NODE`). An address may hold a password: no message repeats it.
 */
export class DatabaseUrlError extends TabliteError {
  override readonly name = 'DatabaseUrlError';
  readonly code: DatabaseUrlErrorCode;

  constructor(code: DatabaseUrlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
