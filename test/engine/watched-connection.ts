import { expect } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import type { Access } from '../../src/engine/guard.js';
import { runTransaction } from '../../src/engine/transaction.js';
import { type RefusedStatementCode, RefusedStatementError } from '../../src/errors/sql-error.js';
import { openConnection, rows } from './open-connection.js';
import { fingerprint } from './page-histories.js';

const SETTINGS = (
  'locking_mode journal_mode cache_spill synchronous temp_store foreign_keys trusted_schema cell_size_check secure_delete page_size ' +
  'auto_vacuum user_version application_id writable_schema query_only recursive_triggers cache_size ignore_check_constraints ' +
  'max_page_count reverse_unordered_selects legacy_alter_table defer_foreign_keys automatic_index analysis_limit schema_version encoding'
).split(' ');

/** A connection that remembers all that a refused statement could have changed. */
export class WatchedConnection {
  readonly connection: Connection = openConnection();
  #before = '';

  constructor() {
    this.connection.script(`
      CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
      CREATE INDEX t_b ON t (b);
      CREATE VIRTUAL TABLE texts USING fts4 (body);
      INSERT INTO t (b) VALUES ('one'), ('two');
      INSERT INTO texts VALUES ('one'), ('two')`);
    this.remember();
  }

  /** Takes what there is now for the state that refused statements leave. */
  remember(): void {
    this.connection.file.seal();
    this.#before = this.#state();
  }

  run(sql: string, access: Access): void {
    if (access === 'read') rows(this.connection, sql);
    else runTransaction(this.connection, (tx) => tx.run(sql));
  }

  expectUnchanged(what: string): void {
    expect(this.connection.file.isDirty, what).toBe(false);
    expect(this.#state(), what).toBe(this.#before);
  }

  expectRefused(sql: string, access: Access, code: RefusedStatementCode): RefusedStatementError {
    let thrown: unknown;
    try {
      this.run(sql, access);
    } catch (error) {
      thrown = error;
    }
    expect(thrown, sql).toBeInstanceOf(RefusedStatementError);
    // Checked on the line above.
    const refused = thrown as RefusedStatementError;
    expect(refused.code, sql).toBe(code);
    expect(refused.instead).toMatch(/^[A-Z].{10,}\.$/);
    expect(refused.message).toMatch(/^.+ is refused here: .+\. [A-Z].+\.$/s);
    expect(refused.message.startsWith(refused.statement)).toBe(true);
    this.expectUnchanged(sql);
    return refused;
  }

  #state(): string {
    const { connection } = this;
    const settings = SETTINGS.map((name) => `${name}=${connection.script(`PRAGMA ${name}`)}`);
    const temporary = connection.script('SELECT name FROM temp.sqlite_schema');
    const files = connection.script('PRAGMA database_list').length;
    return JSON.stringify([settings, temporary, files, connection.inTransaction, fingerprint(connection)]);
  }
}
