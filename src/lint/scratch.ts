import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { SqlError } from '../errors/sql-error.js';
import { Sandbox } from './sandbox.js';
import { Schema, type SchemaObject } from './schema.js';
import { literal } from './sql-text.js';

/** A column of a table. `key` is its place in the primary key from 1, or 0; `isHidden` one that cannot be set. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly isNotNull: boolean;
  readonly key: number;
  readonly isHidden: boolean;
}

/**
 * The database that a chain is run on to know what its tables look like: empty, in memory, and gone afterwards. Foreign keys
 * are off, as they are when a migration runs.
 */
export class Scratch {
  readonly connection: Connection;
  /** False once something could not be run: what a later statement misses may be what that would have made. */
  isExact = true;
  readonly sandbox: Sandbox;
  #schema: { readonly version: number; readonly schema: Schema } | undefined;

  constructor(engine: Engine) {
    this.connection = engine.open(engine.emptyImage);
    this.connection.script('PRAGMA foreign_keys = OFF');
    this.sandbox = new Sandbox(engine);
  }

  /** Runs a statement. @returns why SQLite refused it. */
  run(sql: string): SqlError | undefined {
    return failureOf(() => this.connection.script(sql));
  }

  /** Compiles a statement and does not run it. @returns why SQLite refused it. */
  compile(sql: string): SqlError | undefined {
    return failureOf(() => this.connection.check(sql));
  }

  /** Runs a statement, compiles another after it, and undoes it. @returns why SQLite refused one of them. */
  attempt(sql: string, then: () => string | undefined): SqlError | undefined {
    this.connection.script('SAVEPOINT attempt');
    const failure = this.run(sql) ?? this.#compileIfAny(then());
    this.connection.script('ROLLBACK TO attempt; RELEASE attempt');
    return failure;
  }

  /** The rows of a query of the linter's own. */
  rows(sql: string): unknown[][] {
    return this.connection.script(sql);
  }

  /** The columns of a table or view; none of what is not there or cannot be read. */
  columns(table: string): Column[] {
    const rows: unknown[][] = [];
    const sql = `SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(${literal(table)})`;
    // A view that names something missing has no columns to tell.
    failureOf(() => rows.push(...this.rows(sql)));
    return rows.map(([name, type, isNotNull, key, hidden]) => ({
      name: String(name),
      type: String(type),
      isNotNull: isNotNull === 1,
      key: Number(key),
      isHidden: hidden !== 0,
    }));
  }

  hasTable(name: string): boolean {
    return this.rows(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(${literal(name)})`).length > 0;
  }

  /** The whole schema as it is now. */
  schema(): Schema {
    const version = Number(this.rows('PRAGMA schema_version')[0]?.[0]);
    if (this.#schema?.version !== version) this.#schema = { version, schema: new Schema(this.#objects()) };
    return this.#schema.schema;
  }

  close(): void {
    this.connection.close();
    this.sandbox.close();
  }

  /** Read as one value: a row for each object of a long chain, after each of its files, would take seconds. */
  #objects(): SchemaObject[] {
    const json = this.rows('SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM sqlite_schema')[0]?.[0];
    // json_array() above says what each holds.
    const objects = JSON.parse(String(json)) as [SchemaObject['type'], string, string, string | null][];
    return objects.map(([type, name, table, sql]) => ({ type, name, table, sql: sql ?? undefined }));
  }

  #compileIfAny(sql: string | undefined): SqlError | undefined {
    return sql === undefined ? undefined : this.compile(sql);
  }
}

function failureOf(attempt: () => unknown): SqlError | undefined {
  try {
    attempt();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SqlError) return thrown;
    throw thrown;
  }
}
