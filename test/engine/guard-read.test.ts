import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { runTransaction } from '../../src/engine/transaction.js';
import { TabliteError } from '../../src/errors/tablite-error.js';
import { openConnection, rows } from './open-connection.js';
import { WatchedConnection } from './watched-connection.js';

let watched: WatchedConnection;
let connection: Connection;
beforeEach(() => {
  watched = new WatchedConnection();
  connection = watched.connection;
});
afterEach(() => connection.close());

describe('a read', () => {
  const WRITES = [
    'DELETE FROM t',
    "INSERT INTO t (b) VALUES ('x') RETURNING a",
    "REPLACE INTO t VALUES (1, 'x')",
    "UPDATE t SET b = 'x'",
    'WITH few AS (SELECT 1) DELETE FROM t',
    "WITH few AS (SELECT 1) INSERT INTO t (b) SELECT 'x' RETURNING *",
    'REINDEX',
    'ANALYZE',
    'CREATE TABLE x (a)',
    'CREATE VIRTUAL TABLE x USING fts4 (a)',
    'DROP TABLE t',
    'ALTER TABLE t RENAME TO u',
    "INSERT INTO texts (texts) VALUES ('optimize')",
    "SELECT optimize(texts) FROM texts WHERE body MATCH 'one' LIMIT 1",
    "SELECT (SELECT optimize(texts) FROM texts WHERE body MATCH 'one')",
    'SELECT * FROM pragma_optimize(0xfffe)',
    'SELECT * FROM main.pragma_optimize WHERE arg = 0xfffe',
  ];

  it.each(WRITES)('refuses %s and leaves the file as it was', (sql) => {
    // Enough writes of one row each for the full-text index to have something to merge.
    for (let n = 0; n < 5; n++) connection.script("INSERT INTO texts VALUES ('one more')");
    rows(connection, "SELECT * FROM t WHERE b = 'one'");
    watched.remember();
    const refused = watched.expectRefused(sql, 'read', 'REFUSED_WRITE_IN_READ');
    expect(refused.statement).toBe(/^\w+/.exec(sql)?.[0]);
    watched.expectRefused(`/* again */ ${sql}`, 'read', 'REFUSED_WRITE_IN_READ');
    expect(connection.value('PRAGMA integrity_check')).toBe('ok');
  });

  it.each(['SAVEPOINT s', 'RELEASE s', 'ROLLBACK TO s', 'PRAGMA application_id = 5', 'PRAGMA defer_foreign_keys = ON'])(
    'refuses %s, which a write may do, even after a write did',
    (sql) => {
      watched.expectRefused(sql, 'read', 'REFUSED_STATEMENT');
      runTransaction(connection, (tx) => {
        tx.run('SAVEPOINT s');
        if (sql.includes(' s')) tx.run('SAVEPOINT s');
        tx.run(sql);
      });
      connection.script('PRAGMA application_id = 0');
      watched.remember();
      watched.expectRefused(sql, 'read', 'REFUSED_STATEMENT');
    },
  );

  it('refuses a write that is in the cache already, naming it without its comment', () => {
    const sql = '-- all of it\nDELETE FROM t';
    watched.run(sql, 'write');
    watched.remember();
    expect(watched.expectRefused(sql, 'read', 'REFUSED_WRITE_IN_READ').statement).toBe('DELETE');
  });

  it.each([
    'application_id',
    'collation_list',
    'compile_options',
    'data_version',
    'database_list',
    'encoding',
    'foreign_key_check',
    'foreign_key_check(t)',
    'foreign_key_list(t)',
    'foreign_keys',
    'freelist_count',
    'function_list',
    'index_info(t_b)',
    'index_list = t',
    'index_xinfo(t_b)',
    'integrity_check',
    'integrity_check(1)',
    'main.integrity_check(t)',
    'module_list',
    'page_count',
    'page_size',
    'pragma_list',
    'quick_check',
    'schema_version',
    '"table_info"("t")',
    'table_list',
    'main.table_xinfo(t)',
    'user_version',
  ])('may look at PRAGMA %s', (pragma) => {
    rows(connection, `PRAGMA ${pragma}`);
    watched.run(`PRAGMA ${pragma}`, 'write');
    watched.expectUnchanged(`PRAGMA ${pragma}`);
  });

  it('changes nothing through any pragma that is also a table', () => {
    const pragmas = rows(connection, 'PRAGMA pragma_list').flat();
    expect(pragmas.length).toBeGreaterThan(50);
    for (const pragma of pragmas) {
      for (const given of ['', "('ON')", "('OFF')", '(1)', '(0)', "('DELETE')", '(0xffff)', "('t')"]) {
        try {
          rows(connection, `SELECT * FROM pragma_${String(pragma)}${given}`);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TabliteError);
        }
      }
      watched.expectUnchanged(String(pragma));
    }
  });

  it('explains what it may not run', () => {
    expect(rows(connection, 'EXPLAIN DELETE FROM t').length).toBeGreaterThan(3);
    expect(rows(connection, 'EXPLAIN QUERY PLAN DELETE FROM t WHERE b = 1')).toHaveLength(1);
    watched.expectUnchanged('EXPLAIN');
  });
});

describe('what begins with a word that SQL does not have', () => {
  it.each(['SELCT 1', 'UPDTE t SET b = 1', '(SELECT 1)', 'FOO'])('is an error of syntax, and no write: %s', (sql) => {
    expect(() => openConnection().prepare(sql, 'read')).toThrowError(expect.objectContaining({ code: 'SQL_SYNTAX' }));
  });
});
