import { UsageError } from '../errors/database-error.js';
import { DuplicateColumnError } from '../errors/sql-error.js';
import type { Footprint } from './footprint.js';
import { bindParameters, listParameters, type ParameterList, type Parameters } from './parameters.js';
import { leadingWords, type ScriptStatement } from './script.js';
import type { SqlJsDatabase, SqlJsStatement } from './sql-js.js';
import { type BoundValue, exactRow, type SqlValue } from './values.js';

/** Forms of one statement by which of its parameters are wide integers: few are ever in use. */
const MOST_FORMS = 8;
const ALL_BIGINT = { useBigInt: true };

/** One row by column name. */
export type Row = Record<string, SqlValue>;

/**
 * A prepared statement that keeps every integer exact: where a parameter is an integer beyond 32 bits, a second form of
 * the statement with a CAST around that parameter is prepared beside the first.
 */
export class Statement {
  readonly sql: string;
  /** Its first word, in upper case. */
  readonly keyword: string;
  readonly parameters: ParameterList;
  readonly columns: readonly string[];
  readonly footprint: Footprint;
  readonly #database: SqlJsDatabase;
  readonly #plain: SqlJsStatement;
  readonly #castByIndexes = new Map<string, SqlJsStatement>();
  readonly #makeRow: (values: SqlValue[]) => Row;
  readonly #duplicate: string | undefined;

  constructor(database: SqlJsDatabase, sql: string, parsed: { statement: ScriptStatement; plain: SqlJsStatement; footprint: Footprint }) {
    this.sql = sql;
    this.keyword = leadingWords(sql, parsed.statement.tokens, 1)[0] ?? '';
    this.footprint = parsed.footprint;
    this.parameters = listParameters(sql, parsed.statement.tokens);
    this.#database = database;
    this.#plain = parsed.plain;
    this.columns = parsed.plain.getColumnNames();
    this.#duplicate = this.columns.find((column, index) => this.columns.indexOf(column) !== index);
    this.#makeRow = rowMaker(this.columns);
  }

  /** The rows as arrays, at most `limit` of them. */
  values(given: Parameters | undefined, limit: number): SqlValue[][] {
    checkLimit(limit);
    const rows: SqlValue[][] = [];
    this.#each(given, limit, (row) => rows.push(row));
    return rows;
  }

  /** The rows as objects, at most `limit` of them. */
  rows(given: Parameters | undefined, limit: number): Row[] {
    this.#refuseDuplicates();
    const rows: Row[] = [];
    this.#each(given, limit, (row) => rows.push(this.#makeRow(row)));
    return rows;
  }

  /** The first row as an object. */
  first(given: Parameters | undefined): Row | undefined {
    this.#refuseDuplicates();
    let first: Row | undefined;
    this.#each(given, 1, (row) => {
      first = this.#makeRow(row);
    });
    return first;
  }

  /** Frees the prepared forms; the statement is not used again. */
  free(): void {
    this.#plain.free();
    this.#freeCasts();
  }

  #freeCasts(): void {
    for (const cast of this.#castByIndexes.values()) cast.free();
    this.#castByIndexes.clear();
  }

  #each(given: Parameters | undefined, limit: number, take: (row: SqlValue[]) => void): void {
    const bound = bindParameters(this.parameters, given);
    const statement = this.#formFor(bound);
    try {
      if (bound.length > 0) statement.bind(bound.map(({ value }) => value));
      for (let taken = 0; taken < limit && statement.step(); taken++) {
        take(exactRow(statement.get(), () => statement.get(null, ALL_BIGINT)));
      }
    } finally {
      // An unfinished statement pins pages and keeps the transaction from ending.
      statement.reset();
    }
  }

  #refuseDuplicates(): void {
    if (this.#duplicate !== undefined) throw new DuplicateColumnError(this.#duplicate);
  }

  #formFor(bound: readonly BoundValue[]): SqlJsStatement {
    let indexes = '';
    for (let index = 0; index < bound.length; index++) if (bound[index]?.isInteger) indexes += `${index},`;
    if (indexes === '') return this.#plain;
    let statement = this.#castByIndexes.get(indexes);
    if (!statement) {
      if (this.#castByIndexes.size === MOST_FORMS) this.#freeCasts();
      statement = this.#database.prepare(this.#withCasts(bound));
      this.#castByIndexes.set(indexes, statement);
    }
    return statement;
  }

  #withCasts(bound: readonly BoundValue[]): string {
    let sql = '';
    let at = 0;
    for (const { start, end, index } of this.parameters.tokens) {
      if (!bound[index]?.isInteger) continue;
      // The + takes away the affinity that a CAST has, so that the value compares as a bound integer would.
      sql += `${this.sql.slice(at, start)}+CAST(${this.sql.slice(start, end)} AS INTEGER)`;
      at = end;
    }
    return sql + this.sql.slice(at);
  }
}

/** @throws {UsageError} for what is no number of rows. */
export function checkLimit(limit: number): void {
  if (!(limit >= 0)) throw new UsageError('limit is to be a number of rows, 0 or more. Leave it out for all rows.');
}

function rowMaker(columns: readonly string[]): (values: SqlValue[]) => Row {
  // Assigning to __proto__ would set the prototype; an entry of that name is a plain property.
  if (columns.includes('__proto__')) return (values) => Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null]));
  return (values) => {
    const row: Row = {};
    for (let index = 0; index < columns.length; index++) row[columns[index] as string] = values[index] as SqlValue;
    return row;
  };
}
