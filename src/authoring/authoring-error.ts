import { TabliteError } from '../errors/tablite-error.js';

export type AuthoringErrorCode =
  | 'FOLDER_MISSING'
  | 'FOLDER_EMPTY'
  | 'CODE_LOAD'
  | 'CODE_NEEDS_VITE'
  | 'LOCK_SYNTAX'
  | 'LOCK_CONFLICT'
  | 'LOCK_EDITED'
  | 'LOCK_REFUSED'
  | 'FILE_MISSING'
  | 'FILE_EXISTS'
  | 'FILE_IN_USE'
  | 'FILE_CHANGED'
  | 'FILE_WRITE';

/** Where it is: `line` and `column` count from 1. */
export interface AuthoringPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** Something on disk is not as the command or the build needs it: a folder, a lock file, a file to be written. */
export class AuthoringError extends TabliteError {
  override readonly name = 'AuthoringError';
  readonly code: AuthoringErrorCode;
  readonly file: string;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(code: AuthoringErrorCode, place: AuthoringPlace, message: string, options?: ErrorOptions) {
    const at = place.line === undefined ? place.file : `${place.file}:${place.line}:${place.column}`;
    super(`${at}: ${message}`, options);
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }
}

/** The code of a system error such as `ENOENT`; undefined of anything else. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}
