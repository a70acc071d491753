import { describe, expect, it } from 'vitest';
import { differences } from '../../src/migrate/differences.js';
import { fingerprint } from '../../src/migrate/fingerprint.js';
import { structureOf } from './schemas.js';

const PARENTS = 'CREATE TABLE parents (a INTEGER, b TEXT, PRIMARY KEY (a, b));';

describe('structures differ, in words,', () => {
  const apart: Record<string, [found: string, expected: string, lines: string[]]> = {
    'by tables': [
      'CREATE TABLE a (x UNIQUE); CREATE TABLE b (y)',
      'CREATE TABLE b (y); CREATE TABLE c (z CHECK (z > 0))',
      ['table a is not expected', 'table c is missing'],
    ],
    'by columns': ['CREATE TABLE t (a, c)', 'CREATE TABLE t (a, b)', ['t lacks column b', 't.c is not expected']],
    'by NOT NULL and defaults': [
      'CREATE TABLE t (a VARCHAR(50) NOT NULL)',
      "CREATE TABLE t (a VARCHAR(50) DEFAULT 'thinking')",
      ["t.a is varchar(50) not null, expected varchar(50) default 'thinking'"],
    ],
    'by declared types': [
      'CREATE TABLE t (a JSON, b)',
      'CREATE TABLE t (a TEXT, b INT)',
      ['t.a is json, expected text', 't.b is no type, expected int'],
    ],
    'by collations and generated columns': [
      "CREATE TABLE t (a COLLATE NOCASE, b, c AS (b || 'x'))",
      "CREATE TABLE t (a, b, c AS (b || 'X') STORED)",
      [
        't.a is no type collate nocase, expected no type',
        "t.c is generated as (b || 'x') virtual, no type, expected generated as (b || 'X') stored, no type",
      ],
    ],
    'by the case of a text': [
      "CREATE TABLE t (a CHECK (a IN ('X')), b DEFAULT 'X')",
      "CREATE TABLE t (a CHECK (a IN ('x')), b DEFAULT 'x')",
      ["t.b is no type default 'X', expected no type default 'x'", "t lacks CHECK (a in ('x'))", "CHECK (a in ('X')) of t is not expected"],
    ],
    'by the case of a text in double quotes': [
      'CREATE TABLE t (a CHECK (a <> "None"))',
      'CREATE TABLE t (a CHECK (a <> "none"))',
      ['t lacks CHECK (a <> none)', 'CHECK (a <> "None") of t is not expected'],
    ],
    'by keys': [
      'CREATE TABLE t (a INT PRIMARY KEY, b UNIQUE)',
      'CREATE TABLE t (a INTEGER PRIMARY KEY, b, UNIQUE (b, a))',
      [
        'table t is primary key (a), expected primary key (a) as rowid',
        't.a is int, expected integer',
        't lacks UNIQUE (b, a)',
        'UNIQUE (b) of t is not expected',
      ],
    ],
    'by what a table is': [
      'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE u (a INT PRIMARY KEY) STRICT',
      'CREATE TABLE t (a INTEGER PRIMARY KEY); CREATE TABLE u (a INT PRIMARY KEY) WITHOUT ROWID',
      [
        'table t is primary key (a) as rowid autoincrement, expected primary key (a) as rowid',
        'table u is primary key (a), strict, expected primary key (a), without rowid',
      ],
    ],
    'by ON CONFLICT': [
      'CREATE TABLE t (a PRIMARY KEY ON CONFLICT IGNORE, b NOT NULL, c, d, UNIQUE (c, d))',
      'CREATE TABLE t (a PRIMARY KEY, b NOT NULL ON CONFLICT REPLACE, c, d, UNIQUE (c, d) ON CONFLICT FAIL)',
      [
        'table t is primary key (a) on conflict ignore, expected primary key (a)',
        't.b is no type not null, expected no type not null on conflict replace',
        'UNIQUE (c, d) of t is (c, d), expected (c, d) on conflict fail',
      ],
    ],
    'by foreign keys': [
      `${PARENTS} CREATE TABLE t (a REFERENCES parents ON DELETE CASCADE, b, c REFERENCES t, FOREIGN KEY (b) REFERENCES t)`,
      `${PARENTS} CREATE TABLE t (a REFERENCES parents ON DELETE SET NULL, b REFERENCES t DEFERRABLE INITIALLY DEFERRED, c REFERENCES t)`,
      [
        't lacks FOREIGN KEY (a) references parents (a, b) on delete set null',
        't lacks FOREIGN KEY (b) references t deferrable initially deferred',
        'FOREIGN KEY (a) references parents (a, b) on delete cascade of t is not expected',
        'FOREIGN KEY (b) references t of t is not expected',
      ],
    ],
    'by indexes': [
      'CREATE TABLE t (a, b); CREATE INDEX i ON t (a); CREATE INDEX j ON t (b) WHERE b > 1; CREATE INDEX k ON t (b); CREATE INDEX m ON t (a)',
      'CREATE TABLE t (a, b); CREATE UNIQUE INDEX i ON t (a); CREATE INDEX j ON t (b) WHERE b > 2; CREATE INDEX l ON t (b); CREATE INDEX m ON t (a COLLATE NOCASE DESC)',
      [
        'index i on t is (a), expected unique (a)',
        'index j on t is (b) where b > 1, expected (b) where b > 2',
        'index l on t, (b), is missing',
        'index m on t is (a), expected (a collate nocase desc)',
        'index k on t is not expected',
      ],
    ],
    'by triggers and views': [
      'CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END; CREATE VIEW v AS SELECT 1 AS a',
      'CREATE TABLE t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 2; END; CREATE VIEW w AS SELECT 1 AS a; CREATE TRIGGER s INSTEAD OF DELETE ON w BEGIN SELECT 1; END',
      ['trigger r on t does something else than expected', 'view v is not expected', 'view w is missing'],
    ],
  };
  for (const [name, [found, expected, lines]] of Object.entries(apart)) {
    it(name, () => {
      expect(differences(structureOf(found), structureOf(expected))).toEqual(lines);
      expect(fingerprint(structureOf(found))).not.toBe(fingerprint(structureOf(expected)));
    });
  }

  it('by letters that only other languages fold', () => {
    expect(differences(structureOf('CREATE TABLE "Ä" (a)'), structureOf('CREATE TABLE "ä" (a)'))).toEqual([
      'table Ä is not expected',
      'table ä is missing',
    ]);
  });
});
