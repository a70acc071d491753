import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import type { Parameters } from '../../src/engine/parameters.js';
import { sqlFailure } from '../../src/engine/sql-failure.js';
import { runTransaction } from '../../src/engine/transaction.js';
import { ConstraintError, SqlError, type SqlErrorCode } from '../../src/errors/sql-error.js';
import { TabliteError } from '../../src/errors/tablite-error.js';
import { engine, openConnection } from './open-connection.js';

const SECRET = 'hunter2';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
  connection.script(`
    CREATE TABLE t (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      size CHECK (size > 0),
      weight CONSTRAINT light CHECK (weight < 10),
      "odd.name",
      UNIQUE (size, "odd.name")
    );
    CREATE UNIQUE INDEX same_letters ON t (lower(name));
    CREATE TABLE exact (v INTEGER) STRICT;
    CREATE TABLE child (t_id REFERENCES t, later REFERENCES t DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE guarded (a);
    CREATE TRIGGER guarded_insert BEFORE INSERT ON guarded BEGIN SELECT RAISE(ABORT, 'only on Mondays'); END;
    CREATE TRIGGER guarded_update BEFORE UPDATE ON t WHEN NEW.id = 5 BEGIN SELECT RAISE(FAIL, 'not the fifth'); END;
    CREATE VIRTUAL TABLE texts USING fts4 (body);
    INSERT INTO t VALUES (1, '${SECRET}', 1, 1, 1);
    INSERT INTO texts VALUES ('word')`);
});
afterEach(() => connection.close());

function failureOf(use: () => unknown): SqlError {
  let thrown: unknown;
  try {
    use();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SqlError);
  // Checked on the line above.
  return thrown as SqlError;
}

const failureIn = (sql: string, parameters?: Parameters): SqlError =>
  failureOf(() => runTransaction(connection, (tx) => tx.run(sql, parameters)));

describe('a failure', () => {
  const cases: [sql: string, code: SqlErrorCode][] = [
    ['SELEC 1', 'SQL_SYNTAX'],
    ['SELECT', 'SQL_SYNTAX'],
    ["SELECT 'open", 'SQL_SYNTAX'],
    ['SELECT 1 FROM', 'SQL_SYNTAX'],
    ['SELECT * FROM nowhere', 'SQL_NO_SUCH_TABLE'],
    ['DROP TABLE nowhere', 'SQL_NO_SUCH_TABLE'],
    ['DROP VIEW nowhere', 'SQL_NO_SUCH_TABLE'],
    ['INSERT INTO main.nowhere VALUES (1)', 'SQL_NO_SUCH_TABLE'],
    ['SELECT missing FROM t', 'SQL_NO_SUCH_COLUMN'],
    ['SELECT t.missing FROM t', 'SQL_NO_SUCH_COLUMN'],
    ['INSERT INTO t (missing) VALUES (1)', 'SQL_NO_SUCH_COLUMN'],
    ['SELECT missing()', 'SQL_NO_SUCH_FUNCTION'],
    ['SELECT lower()', 'SQL_NO_SUCH_FUNCTION'],
    ['-- nothing', 'SQL_EMPTY'],
    ['SELECT zeroblob(2000000000)', 'SQL_TOO_BIG'],
    ['SELECT abs(-9223372036854775808)', 'SQL_OTHER'],
    ['CREATE TABLE t (a)', 'SQL_OTHER'],
    ["SELECT json('{')", 'SQL_OTHER'],
    ['SELECT id FROM t JOIN t AS u', 'SQL_OTHER'],
    ['ROLLBACK TO nowhere', 'SQL_OTHER'],
  ];
  it.each(cases)('of %s has the code %s, its SQL and its cause', (sql, code) => {
    const failure = failureIn(sql);
    expect(failure).toBeInstanceOf(TabliteError);
    expect(failure).not.toBeInstanceOf(ConstraintError);
    expect(failure).toMatchObject({ name: 'SqlError', code, sql });
    expect(failure.message).not.toBe('');
    expect(failure.cause).toBeDefined();
  });

  it('for want of room has its own code, and nothing is kept', () => {
    connection.script(`PRAGMA max_page_count = ${connection.header.pageCount + 2}`);
    connection.file.seal();
    expect(failureIn('INSERT INTO guarded SELECT 1 WHERE 0 UNION ALL SELECT 2').code).toBe('SQL_CONSTRAINT');
    expect(failureIn('INSERT INTO texts VALUES (?)', ['word '.repeat(20_000)]).code).toBe('SQL_FULL');
    expect(connection.file.isDirty).toBe(false);
    expect(connection.value('PRAGMA integrity_check')).toBe('ok');
  });

  it('of a page that is not there or not right has its own code', () => {
    connection.apply([]);
    connection.file.evict(1);
    expect(failureIn('SELECT * FROM t').code).toBe('SQL_IO');
    connection.file.apply([[1, new Uint8Array(4096).fill(255)]]);
    expect(failureIn('SELECT * FROM t').code).toBe('SQL_CORRUPT');
  });

  it('of a statement that another one is in the way of has its own code', () => {
    const database = engine.detached(engine.emptyImage);
    database.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
    const reading = database.prepare('SELECT * FROM t');
    reading.step();
    for (const sql of ['DROP TABLE t', 'VACUUM']) {
      const failure = failureOf(() => {
        try {
          database.exec(sql);
        } catch (thrown) {
          throw sqlFailure(thrown, sql);
        }
      });
      expect(failure.code).toBe('SQL_BUSY');
    }
    database.close();
  });

  it('is understood as text, as an error and as anything else', () => {
    expect(sqlFailure('Nothing to prepare', ' ')).toMatchObject({ code: 'SQL_EMPTY' });
    expect(sqlFailure(new Error('no such table: x'), '')).toMatchObject({ code: 'SQL_NO_SUCH_TABLE', message: 'no such table: x' });
    expect(sqlFailure(undefined, '')).toMatchObject({ code: 'SQL_OTHER' });
  });
});

describe('a violated constraint', () => {
  interface Violated {
    kind: string;
    table?: string | undefined;
    columns?: string[];
    constraint?: string | undefined;
  }
  const cases: [sql: string, Violated][] = [
    ['INSERT INTO t (id, name) VALUES (1, ?)', { kind: 'unique', table: 't', columns: ['id'] }],
    ['INSERT INTO t (name) VALUES (upper(?))', { kind: 'unique', constraint: 'same_letters' }],
    ['INSERT INTO t (name, size, "odd.name") VALUES (? || \'!\', 1, 1)', { kind: 'unique', table: 't', columns: ['size', 'odd.name'] }],
    ['INSERT INTO t (name, size) VALUES (NULL, ?)', { kind: 'not-null', table: 't', columns: ['name'] }],
    ["INSERT INTO t (name, size) VALUES (? || '!', 0)", { kind: 'check', constraint: 'size > 0' }],
    ["INSERT INTO t (name, weight) VALUES (? || '!', 10)", { kind: 'check', constraint: 'light' }],
    ['INSERT INTO exact VALUES (?)', { kind: 'datatype', table: 'exact', columns: ['v'] }],
    ["INSERT INTO t (id, name) VALUES (?, 'x')", { kind: 'datatype' }],
    ['INSERT INTO child (t_id) VALUES (?)', { kind: 'foreign-key' }],
    ['INSERT INTO child (later) VALUES (?)', { kind: 'foreign-key' }],
    ['INSERT INTO guarded VALUES (?)', { kind: 'trigger' }],
    ['UPDATE t SET id = 5 WHERE name = ?', { kind: 'trigger' }],
  ];
  it.each(cases)('of %s names its kind and its place, and never a value', (sql, violated) => {
    const failure = failureIn(sql, [SECRET]);
    expect(failure).toBeInstanceOf(ConstraintError);
    expect(failure).toMatchObject({
      name: 'ConstraintError',
      code: 'SQL_CONSTRAINT',
      table: undefined,
      columns: [],
      constraint: undefined,
      ...violated,
    });
    // A deferred one shows at COMMIT, which is then the statement.
    expect([sql, 'COMMIT']).toContain(failure.sql);
    expect(`${failure.message} ${failure.cause}`).not.toContain(SECRET);
    expect(connection.value('SELECT count(*) FROM t')).toBe(1);
  });

  it('of a trigger says what the trigger says', () => {
    expect(failureIn('INSERT INTO guarded VALUES (1)').message).toBe('only on Mondays');
  });

  it('is told from a failure of another kind in a statement with a trigger', () => {
    expect(failureIn("UPDATE t SET size = 0, name = 'x'")).toMatchObject({ kind: 'check' });
    expect(failureIn('UPDATE t SET name = zeroblob(2000000000)').code).toBe('SQL_TOO_BIG');
  });
});

describe('a message', () => {
  const cases: [sql: string, start: string][] = [
    ["SELECT json_extract('{}', ?)", 'bad JSON path'],
    ["SELECT json_set('{}', ?, 1)", 'bad JSON path'],
    ["SELECT * FROM json_each('{}', ?)", 'bad JSON path'],
    ["SELECT * FROM texts WHERE body MATCH '\"' || ?", 'malformed MATCH expression'],
    ['SELECT fts3_tokenizer(?)', 'unknown tokenizer'],
    ['SELECT json(?)', 'malformed JSON'],
    ['SELECT 1 LIKE 2 ESCAPE ?', 'ESCAPE expression'],
    ["SELECT unistr('\\' || ?)", 'invalid Unicode escape'],
    ['INSERT INTO texts (texts) VALUES (?)', 'SQL logic error'],
  ];
  it.each(cases)('of %s holds no value, nor does its cause', (sql, start) => {
    const failure = failureIn(sql, [SECRET]);
    expect(failure.message.startsWith(start), failure.message).toBe(true);
    expect(`${failure.message} ${String(failure.cause)} ${failure.stack}`).not.toContain(SECRET);
  });
});

describe('a lack of memory', () => {
  // The last one: SQLite does not raise this limit again, for any database of the page.
  it('has its own code', () => {
    connection.script('PRAGMA hard_heap_limit = 3000000');
    expect(failureIn('SELECT zeroblob(20000000) || zeroblob(20000000)').code).toBe('SQL_MEMORY');
    expect(connection.value('SELECT count(*) FROM t')).toBe(1);
  });
});
