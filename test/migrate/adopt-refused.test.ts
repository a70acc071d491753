import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { AdoptError } from '../../src/errors/adopt-error.js';
import { UsageError } from '../../src/errors/database-error.js';
import { planAdoption } from '../../src/migrate/adopt.js';
import { openConnection } from '../engine/open-connection.js';
import { modelsSql } from './models.js';
import { snapshotsOf, vibesurfScripts } from './schemas.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

const vibesurf = snapshotsOf(vibesurfScripts);

function refusalOf(found: string, ...chain: string[]): AdoptError {
  connection.script(found);
  const dump = () => connection.script('SELECT * FROM sqlite_schema');
  const untouched = dump();
  try {
    planAdoption(connection, snapshotsOf(chain));
  } catch (thrown) {
    expect(dump()).toEqual(untouched);
    if (thrown instanceof AdoptError) return thrown;
    throw thrown;
  }
  throw new Error('expected a refusal');
}

describe('a database is refused', () => {
  const T = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)';
  const refused: Record<string, [found: string, expected: string, hindrances: string[]]> = {
    'with a table too few': [T, `${T}; CREATE TABLE u (b)`, ['table u is missing']],
    'with a column too few': ['CREATE TABLE t (id INTEGER PRIMARY KEY)', T, ['t lacks column a']],
    'with a column too many': ['CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b)', T, ['t.b is not expected']],
    'with another primary key': [
      'CREATE TABLE t (id INTEGER, a TEXT PRIMARY KEY)',
      T,
      ['table t is primary key (a), expected primary key (id) as rowid'],
    ],
    'with other options of a table': [
      `${T} STRICT`,
      T,
      ['table t is primary key (id) as rowid, strict, expected primary key (id) as rowid'],
    ],
    'with a column that is generated': [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT AS (id))',
      T,
      ['t.a is generated as (id) virtual, text, expected text'],
    ],
    'with a column that is to be generated': [
      T,
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT AS (id))',
      ['t.a is text, expected generated as (id) virtual, text'],
    ],
    'with a trigger that no version knows': [
      `${T}; CREATE TRIGGER r AFTER UPDATE ON t BEGIN SELECT 1; END`,
      T,
      ['trigger r on t is not expected'],
    ],
    'with a view of its own over a table, directly or not': [
      `${T}; CREATE VIEW v AS SELECT a FROM t; CREATE VIEW w AS SELECT * FROM "V"; CREATE TRIGGER r INSTEAD OF DELETE ON w BEGIN SELECT 1; END`,
      T,
      ['view v is not expected', 'view w is not expected'],
    ],
    'with a UNIQUE or unique index that no version has': [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE); CREATE UNIQUE INDEX u ON t (a, id)',
      T,
      ['UNIQUE (a) of t is not expected', 'index u on t is not expected'],
    ],
    'with a unique index that only another table has': [
      `${T}; CREATE TABLE u (a TEXT UNIQUE); CREATE UNIQUE INDEX i ON t (a)`,
      `${T}; CREATE TABLE u (a TEXT UNIQUE)`,
      ['index i on t is not expected'],
    ],
    'with an index that is to be another and is unique': [
      `${T}; CREATE UNIQUE INDEX i ON t (a)`,
      `${T}; CREATE INDEX i ON t (a)`,
      ['index i on t is unique (a), expected (a)'],
    ],
    'with a foreign key that no version has': [
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT REFERENCES t)',
      T,
      ['FOREIGN KEY (a) references t (id) of t is not expected'],
    ],
    'with a virtual table of another kind': [
      'CREATE VIRTUAL TABLE t USING fts4(a)',
      'CREATE VIRTUAL TABLE t USING fts3(a)',
      ['table t is virtual using fts4 (a), expected virtual using fts3 (a)'],
    ],
    'with a name that is taken by something else': [
      `${T}; CREATE TABLE mine (b); CREATE INDEX i ON mine (b)`,
      `${T}; CREATE INDEX i ON t (a)`,
      ['index i on t, (a), is missing'],
    ],
  };
  for (const [name, [found, expected, hindrances]] of Object.entries(refused)) {
    it(name, () => {
      expect(refusalOf(found, expected)).toMatchObject({ code: 'ADOPT_UNKNOWN', closest: 1, differences: hindrances });
    });
  }

  it('and told what is in the way of the version that it is closest to', () => {
    connection.script(`${modelsSql(8)}; ALTER TABLE tasks DROP COLUMN report_path; ALTER TABLE schedules ADD COLUMN zone TEXT`);
    expect(() => planAdoption(connection, vibesurf)).toThrowErrorMatchingInlineSnapshot(
      `[AdoptError: The database was made without this chain and is like no version of it. Compared with version 8, the closest: schedules.zone is not expected; tasks lacks column report_path. Change the file so that it fits, or import it with schemaVersion if you know which version it is.]`,
    );
    connection.close();
    connection = openConnection();
    connection.script('CREATE TABLE people (id INTEGER PRIMARY KEY)');
    expect(() => planAdoption(connection, vibesurf)).toThrowErrorMatchingInlineSnapshot(
      `[AdoptError: The database was made without this chain and is like no version of it. Compared with version 1, the closest: table llm_profiles is missing; table mcp_profiles is missing; table tasks is missing; table uploaded_files is missing. Change the file so that it fits, or import it with schemaVersion if you know which version it is.]`,
    );
  });

  it('when another type would change values', () => {
    const types: [found: string, expected: string, value: string, count: number][] = [
      ['TEXT', 'JSON', "'007'", 1],
      ['TEXT', 'JSON', "'7'", 0],
      ['TEXT', 'DATETIME', "'2025-01-02 03:04:05'", 0],
      ['TEXT', 'INTEGER', "' 1e3'", 1],
      ['BLOB', 'INTEGER', "x'3037'", 0],
      ['JSON', 'TEXT', '0.7', 0],
      ['JSON', 'TEXT', '12345678901234567', 0],
      ['JSON', 'TEXT', '0.1 + 0.2', 0],
      ['JSON', 'TEXT', '9e999', 1],
      ['INTEGER', 'REAL', '9007199254740993', 1],
      ['INTEGER', 'REAL', '12', 0],
      ['TEXT', '', "'007'", 0],
    ];
    for (const [found, expected, value, count] of types) {
      connection.close();
      connection = openConnection();
      connection.script(`CREATE TABLE t (a ${found}, b); INSERT INTO t VALUES (${value}, 1), (NULL, 2)`);
      const plan = () => planAdoption(connection, snapshotsOf([`CREATE TABLE t (a ${expected}, b)`]));
      const label = `${found} -> ${expected} of ${value}`;
      if (count === 0) expect(plan().version, label).toBe(1);
      else expect(plan, label).toThrow(`t.a has ${count} value(s) that would be others with the type ${expected.toLowerCase()}`);
    }
  });

  it('by a chain that has no version', () => {
    expect(() => planAdoption(connection, [])).toThrow(UsageError);
  });
});
