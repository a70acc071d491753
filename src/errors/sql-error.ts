import { TabliteError } from './tablite-error.js';

export type SqlErrorCode =
  | 'SQL_SYNTAX'
  | 'SQL_NO_SUCH_TABLE'
  | 'SQL_NO_SUCH_COLUMN'
  | 'SQL_NO_SUCH_FUNCTION'
  | 'SQL_EMPTY'
  | 'SQL_BUSY'
  | 'SQL_FULL'
  | 'SQL_MEMORY'
  | 'SQL_CORRUPT'
  | 'SQL_TOO_BIG'
  | 'SQL_IO'
  | 'SQL_OTHER';

export type ConstraintKind = 'unique' | 'foreign-key' | 'not-null' | 'check' | 'datatype' | 'trigger';

/** SQLite refused a statement. `sql` is its text; parameter values are never kept. */
export class SqlError extends TabliteError {
  override readonly name: string = 'SqlError';
  readonly code: SqlErrorCode | 'SQL_CONSTRAINT';
  readonly sql: string;

  constructor(code: SqlErrorCode | 'SQL_CONSTRAINT', message: string, sql: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.sql = sql;
  }
}

/**
 * A constraint did not hold; the statement changed nothing.
 *
 * `table` and `columns` are filled in where SQLite names them: not for foreign keys, nor for CHECKs, whose name or
 * expression is in `constraint`.
 */
export class ConstraintError extends SqlError {
  override readonly name = 'ConstraintError';
  readonly kind: ConstraintKind;
  readonly table: string | undefined;
  readonly columns: readonly string[];
  readonly constraint: string | undefined;

  constructor(
    message: string,
    sql: string,
    violated: { kind: ConstraintKind; table?: string; columns?: readonly string[]; constraint?: string; cause?: unknown },
  ) {
    super('SQL_CONSTRAINT', message, sql, { cause: violated.cause });
    this.kind = violated.kind;
    this.table = violated.table;
    this.columns = violated.columns ?? [];
    this.constraint = violated.constraint;
  }
}

export type ParameterErrorCode =
  | 'PARAMETER_MISSING'
  | 'PARAMETER_EXTRA'
  | 'PARAMETER_UNKNOWN'
  | 'PARAMETER_TYPE'
  | 'PARAMETER_RANGE'
  | 'PARAMETER_TEXT';

/** The parameters do not fit the statement. `parameter` names the one: its position from 1, or its name. */
export class ParameterError extends TabliteError {
  override readonly name = 'ParameterError';
  readonly code: ParameterErrorCode;
  readonly parameter: string;

  constructor(code: ParameterErrorCode, parameter: string, message: string) {
    super(message);
    this.code = code;
    this.parameter = parameter;
  }
}

export type RefusedStatementCode = 'REFUSED_STATEMENT' | 'REFUSED_WRITE_IN_READ' | 'REFUSED_SECOND_STATEMENT' | 'REFUSED_NUL';

/** A statement that Tablite does not run: `statement` names it, `instead` says what to call. */
export class RefusedStatementError extends TabliteError {
  override readonly name = 'RefusedStatementError';
  readonly code: RefusedStatementCode;
  readonly statement: string;
  readonly instead: string;

  constructor(code: RefusedStatementCode, statement: string, reason: string, instead: string) {
    super(`${statement} is refused here: ${reason}. ${instead}`);
    this.code = code;
    this.statement = statement;
    this.instead = instead;
  }
}

/** A result has two columns of one name, so a row object would lose one. `values()` reads it, or an AS in the SQL. */
export class DuplicateColumnError extends TabliteError {
  override readonly name = 'DuplicateColumnError';
  readonly code = 'DUPLICATE_COLUMN';
  readonly column: string;

  constructor(column: string) {
    super(`Two columns of the result are named "${column}": a row object can hold one. Rename one with AS, or read with values().`);
    this.column = column;
  }
}
