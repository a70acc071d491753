import type { SqlJsDatabase } from '../../src/engine/sql-js.js';
import type { SqlValue } from '../../src/index.js';
import { checksum } from '../../src/page/checksum.js';
import { engine } from '../engine/open-connection.js';
import { boundValue, type SqlStep, type SqlTransaction } from './sql-history.js';

/** What a statement came to, so that two of them can be compared: its rows, what it changed, or SQLite's message. */
export type StepResult = string;

const COUNTED = /^(INSERT|UPDATE|DELETE)/;

/** Whether rows are asked for, and not a count. */
export function givesRows(sql: string): boolean {
  return !COUNTED.test(sql) || sql.includes('RETURNING');
}

/** Rows, sorted: what has no ORDER BY comes in the order of a plan, which depends on when statistics were loaded. */
export function resultOf(rows: readonly (readonly unknown[])[]): StepResult {
  return JSON.stringify(rows.map((row) => JSON.stringify(row.map(shortened))).sort());
}

/** Long values as checksums: matchers and messages are slow with them. */
function shortened(value: unknown): unknown {
  if (value instanceof Uint8Array) return `blob of ${value.length}: ${checksum(value)}`;
  if (typeof value === 'string' && value.length > 100) return `text of ${value.length}: ${checksum(new TextEncoder().encode(value))}`;
  return value;
}

export function messageOf(thrown: unknown): string {
  return `! ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}

/** Plain sql.js, on which the same statements are run: it says what SQLite would do. */
export class PlainDatabase {
  #database: SqlJsDatabase;

  constructor(image: Uint8Array = engine.emptyImage) {
    this.#database = engine.detached(image);
    this.#database.exec('PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF');
  }

  /** @returns what each statement came to, and at last the whole. */
  transact({ steps, fails }: SqlTransaction): StepResult[] {
    const results: StepResult[] = [];
    this.#database.exec('BEGIN IMMEDIATE');
    for (const step of steps) {
      if ('sql' in step) results.push(this.#take(step));
      else {
        this.#database.exec('SAVEPOINT part');
        results.push(...step.nested.map((inner) => this.#take(inner)));
        this.#database.exec(step.rollsBack ? 'ROLLBACK TO part; RELEASE part' : 'RELEASE part');
      }
    }
    try {
      if (fails) throw new RangeError('the app changed its mind');
      this.#database.exec('COMMIT');
    } catch (thrown) {
      this.#database.exec('ROLLBACK');
      results.push(messageOf(thrown));
    }
    return results;
  }

  values(sql: string, parameters: readonly unknown[] = []): SqlValue[][] {
    const statement = this.#database.prepare(sql);
    try {
      statement.bind(parameters);
      const rows: unknown[][] = [];
      while (statement.step()) rows.push(statement.get());
      // sql.js gives null, number, string and Uint8Array.
      return rows as SqlValue[][];
    } finally {
      statement.free();
    }
  }

  vacuum(): void {
    this.#database.exec('VACUUM');
  }

  /** The file, with pages of another size. */
  imageWith(pageSize: number): Uint8Array {
    const copy = engine.detached(this.#database.export());
    copy.exec(`PRAGMA page_size = ${pageSize}; VACUUM`);
    const image = copy.export();
    copy.close();
    return image;
  }

  close(): void {
    this.#database.close();
  }

  #take({ sql, parameters }: SqlStep): StepResult {
    try {
      const rows = this.values(sql, parameters.map(boundValue));
      return givesRows(sql) ? resultOf(rows) : `${this.#database.getRowsModified()} changed`;
    } catch (thrown) {
      return messageOf(thrown);
    }
  }
}

/** Schema and rows of every table, and what SQLite's checks say. */
export function dumpOf(query: (sql: string) => readonly (readonly unknown[])[]): string[] {
  const schema = query('SELECT type, name, tbl_name, sql FROM sqlite_schema');
  const tables = schema.filter(([type]) => type === 'table').map(([, name]) => String(name));
  return [
    resultOf(schema),
    ...tables.map((name) => `${name}: ${resultOf(query(`SELECT * FROM "${name}"`))}`),
    resultOf(query('PRAGMA integrity_check')),
    resultOf(query('PRAGMA foreign_key_list(t1)')),
  ];
}
