import { TabliteError } from './tablite-error.js';

export type MigrationErrorCode =
  | 'MIGRATION_NAME'
  | 'MIGRATION_DUPLICATE'
  | 'MIGRATION_GAP'
  | 'MIGRATION_EMPTY'
  | 'MIGRATION_LOAD'
  | 'MIGRATION_EDITED'
  | 'MIGRATION_MISSING'
  | 'MIGRATION_ORDER'
  | 'MIGRATION_SQL'
  | 'MIGRATION_CODE'
  | 'MIGRATION_REFUSED'
  | 'MIGRATION_FOREIGN_KEYS'
  | 'MIGRATION_ROWS'
  | 'MIGRATION_BROKEN';

/** Where in a migration file it happened: `line` and `column` count from 1. */
export interface MigrationPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly statement?: string;
}

/** The chain cannot be planned or run. The database is as it was before, in memory and on disk. */
export class MigrationError extends TabliteError {
  override readonly name = 'MigrationError';
  readonly code: MigrationErrorCode;
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly statement: string | undefined;

  constructor(code: MigrationErrorCode, place: MigrationPlace, message: string, options?: ErrorOptions) {
    const at = place.line === undefined ? place.file : `${place.file}:${place.line}:${place.column}`;
    super(`${at}: ${message}`, options);
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
    this.statement = place.statement;
  }
}
