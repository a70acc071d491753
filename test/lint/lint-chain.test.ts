import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lintChain } from '../../src/lint/lint-chain.js';
import { engine } from '../engine/open-connection.js';

const MIGRATIONS = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

function places(...texts: string[]): string[] {
  const files = texts.map((sql, index) => ({ name: `v00${index + 1}_step.sql`, sql }));
  return lintChain(engine, files).findings.map(({ rule, file, line, column }) => `${rule} ${file.slice(0, 4)}:${line}:${column}`);
}

describe('a finding', () => {
  const sql = "-- ünï 😀\nSELECT '😀', 1;\n  CREATE TABLE IF NOT EXISTS t (\n    id TEXT PRIMARY KEY);\n";
  const expected = ['L030 v001:3:16', 'L032 v001:4:5'];

  it('has the line and column of the text as an editor shows it', () => {
    expect(places(sql)).toEqual(expected);
    expect(places(sql.replaceAll('\n', '\r\n'))).toEqual(expected);
    expect(places(`\ufeff${sql}`)).toEqual(expected);
    expect(
      places(`\ufeffCREATE TABLE IF NOT EXISTS t (id);\r\n-- migrate:allow L030 it may be\r\nCREATE TABLE IF NOT EXISTS u (id)`),
    ).toEqual(['L030 v001:1:14', 'L006 v001:3:33']);
  });

  it('shows the statement on one short line', () => {
    const { findings } = lintChain(engine, [{ name: 'v001_step.sql', sql }]);
    expect(findings[0]?.statement).toBe('CREATE TABLE IF NOT EXISTS t ( id TEXT PRIMARY KEY);');
    const long = lintChain(engine, [
      { name: 'v001_step.sql', sql: `DELETE FROM t; CREATE TABLE IF NOT EXISTS ${'x'.repeat(100)} (a);` },
    ]).findings;
    expect(long.map(({ statement }) => statement?.length)).toEqual([14, 14, 60]);
  });

  it('comes in the order of files, lines and columns', () => {
    expect(places('CREATE TABLE IF NOT EXISTS t (id TEXT PRIMARY KEY, j JSON);\nCOMMIT;\n', 'COMMIT;\n')).toEqual([
      'L030 v001:1:14',
      'L032 v001:1:31',
      'L034 v001:1:52',
      'L002 v001:2:1',
      'L002 v002:1:1',
    ]);
  });
});

describe('what L022 advises', () => {
  it.each([
    ['CREATE UNIQUE INDEX i ON t (a DESC, -- the newest\n b COLLATE NOCASE, lower(a)) WHERE a > 1;', [['x', 'b', 'x', 2]]],
    [
      'ALTER TABLE t ADD CONSTRAINT k CHECK (length(a) > (1));',
      [
        ['x', 'b'],
        ['x', 'B'],
      ],
    ],
    ['ALTER TABLE t ALTER b SET NOT NULL;', [['yy', null]]],
  ])('is a query for the rows that are in the way: %s', (sql, rows) => {
    const table = 'CREATE TABLE t (a TEXT, b TEXT);\n';
    const files = [table, sql].map((text, index) => ({ name: `v00${index + 1}_step.sql`, sql: text }));
    const [finding] = lintChain(engine, files).findings;
    const query = finding?.instead.split('They are found by: ')[1] ?? '';
    const database = engine.detached(engine.emptyImage);
    database.exec(`${table} INSERT INTO t VALUES ('x', 'b'), ('x', 'B'), ('yy', NULL)`);
    expect(database.exec(query)[0]?.values).toEqual(rows);
    database.close();
  });
});

describe('a chain', () => {
  it('is run, so that a rule knows what each table looks like by then', () => {
    const table = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT);\n';
    expect(places(table, 'CREATE INDEX i ON t (a);\n', 'ALTER TABLE t DROP COLUMN a; -- migrate:allow L020 unused\n')).toEqual([
      'L015 v003:1:27',
    ]);
    expect(places(table, 'CREATE INDEX i ON t (b);\n', 'ALTER TABLE t DROP COLUMN a; -- migrate:allow L020 unused\n')).toEqual([]);
  });

  it('of which one statement failed is read on, and what may follow from it is not reported', () => {
    expect(places('CREATE TABLE t (id INTEGER PRIMARY KEY,);\nSELECT id FROM t;\n', 'SELECT id FROM t;\nSELEC 1;\nCOMMIT;\n')).toEqual([
      'L000 v001:1:40',
      'L000 v002:2:1',
      'L002 v002:3:1',
    ]);
  });

  it('leaves nothing behind', () => {
    const file = [{ name: 'v001_step.sql', sql: 'CREATE TABLE t (id INTEGER PRIMARY KEY);\n' }];
    expect(lintChain(engine, file)).toEqual({ findings: [], suppressed: [], hasErrors: false });
    expect(lintChain(engine, file)).toEqual({ findings: [], suppressed: [], hasErrors: false });
    expect(lintChain(engine, [])).toEqual({ findings: [], suppressed: [], hasErrors: false });
  });

  it('that ships with the project has no finding', () => {
    const files = Object.entries(MIGRATIONS).map(([name, sql]) => ({ name, sql }));
    expect(files.length).toBeGreaterThan(7);
    expect(lintChain(engine, files).findings).toEqual([]);
  });
});

const PIECES = (
  'CREATE TABLE|t|u|(|)|a|b INTEGER|PRIMARY KEY|,|;|;\n|ALTER TABLE t|ADD COLUMN c|DROP COLUMN a|RENAME TO|RENAME a TO|NOT NULL|UNIQUE|' +
  'CHECK (a > "x")|DEFAULT "d"|REFERENCES t|CREATE UNIQUE INDEX i ON t (a)|DROP TABLE|IF EXISTS|IF NOT EXISTS|CREATE VIEW v AS|SELECT|*|FROM t|' +
  'CREATE TRIGGER r AFTER UPDATE|OF|ON t|WHEN|BEGIN|END|UPDATE t SET a = 1|INSERT INTO t|VALUES (1)|DELETE FROM t|WHERE|PRAGMA|foreign_keys|=|ON|' +
  'COMMIT|VACUUM|WITH x AS (|"|\'|`|[|]|/*|*/|--|\n|-- migrate:allow L030 x\n|-- migrate:allow\n|-- migrate:allow-file L020 y\n|\r\n|\0|\ufeff|\ud800|?1|1.5|' +
  'GENERATED ALWAYS AS|STRICT|WITHOUT ROWID|AUTOINCREMENT|USING fts4|.|main|temp|EXPLAIN|OR ROLLBACK|SAVEPOINT s|sqlite_sequence|tablite_history'
).split('|');

describe('any text', () => {
  it('is linted without an error thrown, and each finding lies in it', () => {
    const text = fc
      .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string()), { maxLength: 40 })
      .map((parts) => parts.join(' '));
    const statement = fc.constantFrom(
      'CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT UNIQUE);',
      'CREATE TABLE n (a INTEGER PRIMARY KEY, b TEXT);',
      'INSERT INTO n (a) SELECT a FROM t;',
      'DROP TABLE t;',
      'ALTER TABLE n RENAME TO t;',
      'CREATE INDEX i ON t (b);',
      'CREATE VIEW v AS SELECT "a", "c" FROM t;',
      'CREATE TRIGGER r AFTER UPDATE ON t BEGIN UPDATE t SET b = "x"; END;',
      'ALTER TABLE t ADD COLUMN c TEXT NOT NULL;',
      'ALTER TABLE t DROP COLUMN b;',
    );
    const file = fc.oneof(
      text,
      fc.array(statement, { maxLength: 8 }).map((parts) => parts.join('\n')),
    );
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 3 }), (texts) => {
        const files = texts.map((sql, index) => ({ name: `v00${index + 1}_step.sql`, sql }));
        for (const { file, line, column, suppressed, why, instead } of lintChain(engine, files).findings) {
          const lines = (files.find(({ name }) => name === file)?.sql ?? '').replace(/^\ufeff/, '').split(/\r?\n/);
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? -1) + 1);
          expect([suppressed, typeof why, typeof instead]).toEqual([undefined, 'string', 'string']);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
