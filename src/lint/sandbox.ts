import type { Engine } from '../engine/engine.js';
import type { SqlJsDatabase } from '../engine/sql-js.js';
import { quoted } from './sql-text.js';

/** A second database, in which a statement is tried on a table that has a row. */
export class Sandbox {
  readonly #engine: Engine;
  #database: SqlJsDatabase | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Runs an ALTER TABLE on a table of these columns, none of which has a constraint, with one row of NULLs. Foreign keys are on.
   *
   * @returns what SQLite says when it refuses; an empty text when it does not.
   */
  addColumn(table: string, columns: readonly string[], sql: string): string {
    this.#database ??= this.#engine.detached(this.#engine.emptyImage);
    const list = columns.length === 0 ? 'nothing' : columns.map(quoted).join(', ');
    try {
      this.#database.exec('PRAGMA foreign_keys = ON; BEGIN');
      this.#database.exec(`CREATE TABLE ${quoted(table)} (${list}); INSERT INTO ${quoted(table)} DEFAULT VALUES`);
      this.#database.exec(sql);
      return '';
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      this.#database.exec('ROLLBACK');
    }
  }

  close(): void {
    this.#database?.close();
  }
}
