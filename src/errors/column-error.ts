import { TabliteError } from './tablite-error.js';

export type InvalidValueCode =
  | 'COLUMN_BYTES'
  | 'COLUMN_DATETIME'
  | 'COLUMN_BOOLEAN'
  | 'COLUMN_INTEGER'
  | 'COLUMN_UUID'
  | 'COLUMN_ENUM'
  | 'COLUMN_SEALED';

/** A value that its column cannot hold, or that a row holds and the column's type does not know. The value is not kept. */
export class InvalidValueError extends TabliteError {
  override readonly name = 'InvalidValueError';
  readonly code: InvalidValueCode;
  /** `table.column`. */
  readonly column: string;

  constructor(code: InvalidValueCode, column: string, message: string) {
    super(`${column}: ${message}`);
    this.code = code;
    this.column = column;
  }
}

/** How many issues a message shows; `issues` has all of them. */
const SHOWN = 8;

/** JSON that does not fit its schema, or text that is no JSON. The value is not kept. */
export class InvalidJsonError extends TabliteError {
  override readonly name = 'InvalidJsonError';
  readonly code = 'COLUMN_JSON';
  /** `table.column`, or the name of the shape. */
  readonly column: string;
  /** Where and what: `control_history[2].name: expected string`. */
  readonly issues: readonly string[];

  constructor(column: string, issues: readonly string[]) {
    const more = issues.length > SHOWN ? `; and ${issues.length - SHOWN} more` : '';
    super(`${column} does not fit its schema: ${issues.slice(0, SHOWN).join('; ')}${more}. Correct what is named and write it again.`);
    this.column = column;
    this.issues = issues;
  }
}
