import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { RefusedStatementError, SqlError } from '../../src/errors/sql-error.js';
import { rows } from './open-connection.js';
import { WatchedConnection } from './watched-connection.js';

let watched: WatchedConnection;
let connection: Connection;
beforeEach(() => {
  watched = new WatchedConnection();
  connection = watched.connection;
});
afterEach(() => connection.close());

const NEVER: [sql: string, instead: RegExp][] = [
  ['VACUUM', /vacuum\(\)/],
  ["VACUUM INTO '/copy'", /export\(\)/],
  ["ATTACH ':memory:' AS other", /openDatabase/],
  ['DETACH main', /close\(\)/],
  ['BEGIN', /write\(/],
  ['BEGIN IMMEDIATE', /write\(/],
  ['COMMIT', /callback/],
  ['END TRANSACTION', /callback/],
  ['ROLLBACK', /Throw/],
  ['ROLLBACK TRANSACTION', /Throw/],
  ['CREATE TEMP TABLE x (a)', /ordinary table/],
  ['CREATE TEMPORARY VIEW x AS SELECT 1', /ordinary table/],
  ['CREATE TABLE temp.x (a)', /ordinary table/],
  ['CREATE TABLE IF NOT EXISTS "temp" . x AS SELECT * FROM t', /ordinary table/],
  ['CREATE VIEW temp.x AS SELECT 1', /ordinary table/],
  ['CREATE TRIGGER temp.x AFTER INSERT ON t BEGIN SELECT 1; END', /ordinary table/],
  ['CREATE VIRTUAL TABLE temp.x USING fts4 (a)', /ordinary table/],
  ['ANALYZE temp', /ordinary table/],
  ['PRAGMA journal_mode = WAL', /storage/],
  ['PRAGMA journal_mode', /storage/],
  ['PRAGMA main.journal_mode = DELETE', /storage/],
  ['PRAGMA "main"."journal_mode" = DELETE', /storage/],
  ["PRAGMA main.'journal_mode'(DELETE)", /storage/],
  ['PRAGMA [main] . [journal_mode] = OFF', /storage/],
  ['PRAGMA `journal_mode` = OFF', /storage/],
  ['PRAGMA/**/Journal_Mode/**/=/**/OFF', /storage/],
  ['PRAGMA synchronous = FULL', /durability/],
  ['PRAGMA locking_mode = NORMAL', /only read/],
  ['PRAGMA user_version = 7', /migration/],
  ['PRAGMA user_version(7)', /migration/],
  ['PRAGMA foreign_keys = OFF', /always on/],
  ['PRAGMA foreign_keys(0)', /always on/],
  ['PRAGMA auto_vacuum = 1', /vacuum\(\)/],
  ['PRAGMA incremental_vacuum', /vacuum\(\)/],
  ['PRAGMA page_size = 512', /only read/],
  ['PRAGMA writable_schema = ON', /only read/],
  ['PRAGMA cache_spill = ON', /only read/],
  ['PRAGMA cache_size = 5', /only read/],
  ['PRAGMA trusted_schema = ON', /only read/],
  ['PRAGMA schema_version = 9', /only read/],
  ['PRAGMA temp_store = FILE', /only read/],
  ['PRAGMA query_only = ON', /only read/],
  ['PRAGMA ignore_check_constraints = ON', /only read/],
  ['PRAGMA legacy_alter_table = ON', /only read/],
  ['PRAGMA encoding = "UTF-16"', /only read/],
  ['PRAGMA optimize', /only read/],
  ['PRAGMA wal_checkpoint', /by itself/],
  ['PRAGMA shrink_memory', /only read/],
];

/** The same statement as somebody may write it who wants it to slip by. */
const DISGUISES: [string, (sql: string) => string][] = [
  ['plain', (sql) => sql],
  ['in lower case', (sql) => sql.toLowerCase()],
  ['after comments', (sql) => `-- it's harmless; SELECT 1\n/* ; */ /**/ ${sql} -- end`],
  ['after every kind of space', (sql) => `\ufeff \t\r\n\f \v\v${sql};`],
  ['after semicolons', (sql) => `;; ;${sql}; ;`],
  ['behind EXPLAIN', (sql) => `EXPLAIN ${sql}`],
  ['behind EXPLAIN QUERY PLAN', (sql) => `explain/**/query \v plan ${sql}`],
];

describe('what is never run', () => {
  for (const [disguise, disguised] of DISGUISES) {
    it.each(['read', 'write'] as const)(`is refused ${disguise} in a %s, with what to do instead, and changes nothing`, (access) => {
      for (const [sql, instead] of NEVER) {
        const isExplained = disguise.startsWith('behind');
        // Explaining a write writes nothing: only what takes effect as it is compiled has to be refused.
        if (isExplained && /^(CREATE|ANALYZE)/.test(sql)) continue;
        const isWriteByName = /^(CREATE (?!TEMP)|ANALYZE)/.test(sql);
        const refused = watched.expectRefused(
          disguised(sql),
          access,
          access === 'read' && isWriteByName ? 'REFUSED_WRITE_IN_READ' : 'REFUSED_STATEMENT',
        );
        if (refused.code === 'REFUSED_STATEMENT') expect(refused.instead, sql).toMatch(instead);
      }
    });
  }

  it('is explained without effect where it writes', () => {
    for (const [sql] of NEVER.filter(([text]) => /^(CREATE|ANALYZE)/.test(text))) {
      try {
        watched.run(`EXPLAIN ${sql}`, 'read');
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(RefusedStatementError);
      }
      watched.expectUnchanged(sql);
    }
  });

  it('does not pass for white space or a keyword what SQLite does not take for it', () => {
    for (const sql of [
      '\vVACUUM',
      '\u00a0VACUUM',
      '\u2028COMMIT',
      'PRAGMA\u00a0journal_mode = WAL',
      'EXPLAIN\u3000COMMIT',
      'VA/**/CUUM',
      '"VACUUM"',
      '(COMMIT)',
    ]) {
      expect(() => watched.run(sql, 'write'), sql).toThrow(SqlError);
      watched.expectUnchanged(sql);
    }
  });
});

describe('one call', () => {
  it.each(['read', 'write'] as const)('refuses a second statement in a %s', (access) => {
    for (const sql of [
      'SELECT 1; SELECT 2',
      'SELECT 1;;DELETE FROM t',
      "SELECT ';'; /* ; */ x",
      "SELECT 1; SELECT '",
      'SELECT 1; VACUUM',
    ]) {
      expect(watched.expectRefused(sql, access, 'REFUSED_SECOND_STATEMENT').instead).toMatch(/once for each/);
    }
  });

  it.each([
    'SELECT 1;',
    ' SELECT 1 ; ; ',
    'SELECT 1; -- a; b',
    'SELECT 1; /* ; */',
    "SELECT 1 /* don't end",
    'SELECT \';\', ";", [;], `;` FROM (SELECT 1 AS ";")',
  ])('takes %s as one statement', (sql) => {
    expect(rows(connection, sql)).toHaveLength(1);
  });

  it('takes a trigger with several statements as one', () => {
    watched.run('CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET b = CASE WHEN 1 THEN 2 END; SELECT 1; END;', 'write');
    expect(rows(connection, "SELECT name FROM sqlite_schema WHERE type = 'trigger'")).toEqual([['tr']]);
  });

  it('refuses a NUL, behind which SQLite would see nothing', () => {
    watched.expectRefused("SELECT 'a\0'", 'read', 'REFUSED_NUL');
    watched.expectRefused('SELECT 1\0; DELETE FROM t', 'write', 'REFUSED_NUL');
  });

  it.each(['', ';', ' -- nothing', '/* nothing */;'])('refuses %j, which holds no statement', (sql) => {
    expect(() => watched.run(sql, 'read')).toThrow(expect.objectContaining({ code: 'SQL_EMPTY' }));
    expect(() => watched.run(sql, 'write')).toThrow(expect.objectContaining({ code: 'SQL_EMPTY' }));
  });
});
