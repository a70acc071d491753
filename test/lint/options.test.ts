import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors/database-error.js';
import type { Finding } from '../../src/lint/finding.js';
import { lintChain } from '../../src/lint/lint-chain.js';
import type { LintFile, LintOptions } from '../../src/lint/options.js';
import { engine } from '../engine/open-connection.js';

const NOTES = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\n';

/** What is found, each as `file:line:column rule severity`. */
function places(findings: readonly Finding[]): string[] {
  return findings.map(({ file, line, column, rule, severity }) => `${file}:${line}:${column} ${rule} ${severity}`);
}

function lint(files: readonly LintFile[], options?: LintOptions): string[] {
  return places(lintChain(engine, files, options).findings);
}

function chain(...texts: string[]): LintFile[] {
  return texts.map((sql, index) => ({ name: `v00${index + 1}_step.sql`, sql }));
}

describe('a file name', () => {
  const named = (...names: string[]) => names.map((name, index) => ({ name, sql: `CREATE TABLE t${index} (id INTEGER PRIMARY KEY);\n` }));

  it('has a number and words, folders aside', () => {
    expect(lint(named('/migrations/v001_a.sql', 'v002_b_2.sql'))).toEqual([]);
    for (const name of ['v1_a.sql', 'V001_a.sql', 'v001-a.sql', 'v001_A.sql', 'v001.sql', '001_a.sql', 'v001_a.txt', 'readme.sql'])
      expect(lint(named(name)), name).toEqual([`${name}:1:1 L001 error`]);
    expect(lint(named('v000_a.sql'))).toEqual(['v000_a.sql:1:1 L001 error']);
  });

  it('counts on from the one before, without a gap and once', () => {
    expect(lint(named('v003_c.sql', 'v001_a.sql', 'v004_d.sql'))).toEqual(['v003_c.sql:1:1 L001 error']);
    expect(lint(named('v001_b.sql', 'v001_a.sql', 'v002_c.sql'))).toEqual(['v001_b.sql:1:1 L001 error']);
    expect(lint(named('v002_a.sql'))).toEqual(['v002_a.sql:1:1 L001 error']);
    expect(lint([...named('v001_a.sql'), { name: 'v003_code.ts', revision: '1' }])).toEqual(['v003_code.ts:1:1 L001 error']);
  });

  it('gives the order in which the files run', () => {
    expect(lint([...chain(NOTES, 'DROP TABLE notes; -- migrate:allow L020 it was never used\n')].reverse())).toEqual([]);
  });
});

describe('a NUL', () => {
  it('is found, and what follows is read all the same', () => {
    expect(lint(chain(`${NOTES}SELECT\0 1;\nSELECT nothing;\n`))).toEqual(['v001_step.sql:2:7 L005 error', 'v001_step.sql:3:8 L000 error']);
  });
});

describe('a text that never ends', () => {
  it.each([
    [`${NOTES}SELECT 'open;\n`, ['v001_step.sql:2:8 L006 error']],
    [`${NOTES}SELECT "open;\n`, ['v001_step.sql:2:8 L006 error']],
    [`${NOTES}SELECT nothing; /* open\nSELECT 1;`, ['v001_step.sql:2:8 L000 error', 'v001_step.sql:2:17 L006 error']],
    [`${NOTES}SELECT 1`, ['v001_step.sql:2:8 L006 warning']],
    [`${NOTES}CREATE TRIGGER t AFTER UPDATE OF id ON notes BEGIN SELECT 1; END`, ['v001_step.sql:2:62 L006 warning']],
    ['-- nothing\n', ['v001_step.sql:1:1 L000 error']],
  ])('is found where it begins: %j', (sql, expected) => {
    expect(lint(chain(sql))).toEqual(expected);
  });
});

describe('a lock', () => {
  const files = chain(NOTES, 'CREATE TABLE IF NOT EXISTS tags (id INTEGER PRIMARY KEY);\n');
  const checksums = new Map([
    ['v001_step.sql', 'a'],
    ['v002_step.sql', 'b'],
  ]);
  const lock = [{ name: 'v001_step.sql', checksum: 'a' }];

  it('holds each released file as it was', () => {
    expect(lint(files, { lock, checksums })).toEqual(['v002_step.sql:1:14 L030 warning']);
    expect(lint(files, { lock: [{ name: 'v001_step.sql', checksum: 'z' }], checksums })[0]).toBe('v001_step.sql:1:1 L040 error');
    expect(lint(files, { lock: [...lock, { name: 'v002_gone.sql', checksum: 'c' }], checksums })).toContain('v002_gone.sql:1:1 L040 error');
  });

  it('takes new files at its end only', () => {
    expect(lint(files, { lock: [{ name: 'v002_step.sql', checksum: 'b' }], checksums })).toEqual(['v001_step.sql:1:1 L041 error']);
  });

  it('sets aside what could be mended only by changing a released file', () => {
    const released = [...lock, { name: 'v002_step.sql', checksum: 'b' }];
    const { findings, suppressed } = lintChain(engine, files, { lock: released, checksums });
    expect(findings).toEqual([]);
    expect(places(suppressed)).toEqual(['v002_step.sql:1:14 L030 warning']);
    expect(suppressed[0]?.suppressed).toMatch(/released/);
  });

  it('sets aside nothing that breaks the chain', () => {
    const broken = chain('COMMIT;\nSELECT nothing;\n-- migrate:allow L030\n');
    const options = { lock, checksums };
    expect(lint(broken, options)).toEqual(['v001_step.sql:1:1 L002 error', 'v001_step.sql:2:8 L000 error']);
    expect(places(lintChain(engine, broken, options).suppressed)).toEqual(['v001_step.sql:3:1 L050 error']);
  });

  it('needs checksums', () => {
    expect(() => lintChain(engine, files, { lock })).toThrow(UsageError);
  });
});

describe('an imported file', () => {
  it('may set foreign keys, to no effect', () => {
    const files = chain('PRAGMA foreign_keys = OFF;\n', 'PRAGMA defer_foreign_keys = ON;\n');
    expect(lint(files, { imported: ['v001_step.sql'] })).toEqual(['v001_step.sql:1:1 L004 info', 'v002_step.sql:1:1 L004 error']);
  });
});

describe('the oldest SQLite', () => {
  const before = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, size INTEGER);\n';
  it.each([
    ['3.23.1', 'INSERT INTO notes (id) VALUES (1) ON CONFLICT (id) DO NOTHING;', 35],
    ['3.24.0', 'ALTER TABLE notes RENAME COLUMN body TO text;', 33],
    ['3.24.0', 'SELECT count(*) OVER (ORDER BY id) FROM notes;', 17],
    ['3.29.0', 'SELECT id FROM notes ORDER BY body NULLS LAST;', 36],
    ['3.29.0', 'SELECT count(*) FILTER (WHERE id > 1) FROM notes;', 17],
    ['3.30.1', 'CREATE TABLE t (a INTEGER, b INTEGER AS (a + 1));', 38],
    ['3.32', 'UPDATE notes SET size = o.id FROM notes AS o WHERE o.id = notes.id;', 30],
    ['3.34', 'ALTER TABLE notes DROP COLUMN body; -- migrate:allow L020 unused', 31],
    ['3.34', 'DELETE FROM notes WHERE id = 1 RETURNING body;', 32],
    ['3.34', 'INSERT INTO notes (id) VALUES (1) RETURNING id;', 35],
    ['3.34', 'UPDATE notes SET body = 1 WHERE id = 1 RETURNING id;', 40],
    ['3.34', 'WITH x AS MATERIALIZED (SELECT 1) SELECT * FROM x;', 11],
    ['3.36', 'CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;', 41],
    ['3.37', "SELECT body ->> '$.a' FROM notes;", 13],
    ['3.38', 'SELECT * FROM notes AS a FULL OUTER JOIN notes AS b ON a.id = b.id;', 26],
    ['3.38', 'SELECT id FROM notes WHERE body IS DISTINCT FROM size;', 36],
    ['3.44', 'SELECT jsonb(body) FROM notes;', 8],
    ['3.52', 'ALTER TABLE notes ALTER COLUMN body DROP NOT NULL;', 19],
    ['3.52', 'ALTER TABLE notes ADD CONSTRAINT c CHECK (id > 0); -- migrate:allow L022 ids are', 19],
  ])('%s cannot read: %s', (minimumSqlite, statement, column) => {
    const files = chain(before, `${statement}\n`);
    const found = (options: LintOptions) => lint(files, options).filter((each) => / L035| L000/.test(each));
    expect(found({ minimumSqlite })).toEqual([`v002_step.sql:1:${column} L035 warning`]);
    expect(found({})).toEqual([]);
    const [major, minor] = minimumSqlite.split('.').map(Number);
    expect(found({ minimumSqlite: `${major}.${(minor ?? 0) + 1}.0` })).toEqual([]);
  });

  it('can read what is older than it', () => {
    const old =
      'SELECT 5 - 1 > 2, 1 - -1, "over" FROM (SELECT 1 AS "over") AS "right" JOIN notes;\n' +
      'CREATE TABLE strict (a TEXT DEFAULT (1), b TEXT, UNIQUE (a) ON CONFLICT IGNORE);\n' +
      'SELECT a.id AS "returning" FROM notes AS a, notes AS b;\nALTER TABLE notes ADD COLUMN c TEXT;\nSELECT DISTINCT id FROM notes;\n';
    expect(lint(chain(before, old), { minimumSqlite: '3.0' }).filter((each) => / L035| L000/.test(each))).toEqual([]);
  });

  it('is a version', () => {
    expect(() => lintChain(engine, [], { minimumSqlite: 'latest' })).toThrow(UsageError);
  });
});

describe('a file of code', () => {
  const files: LintFile[] = [
    { name: 'v001_step.sql', sql: NOTES },
    { name: 'v002_code.ts', revision: '1' },
    { name: 'v003_step.sql', sql: 'SELECT made FROM notes;\nSELECT made FROM;\nSELECT soundex(made) FROM notes;\n' },
  ];

  it('runs on the scratch database', () => {
    const applyHook: LintOptions['applyHook'] = (name, connection) => {
      expect(name).toBe('v002_code.ts');
      connection.script('ALTER TABLE notes ADD COLUMN made TEXT');
    };
    expect(lint(files, { applyHook })).toEqual(['v003_step.sql:2:17 L000 error', 'v003_step.sql:3:8 L036 error']);
  });

  it('leaves the schema unknown when it is not run', () => {
    expect(lint(files)).toEqual(['v003_step.sql:2:17 L000 error']);
    const drop = '-- migrate:allow L020 unused\nALTER TABLE notes DROP COLUMN id;\n';
    expect(lint([...files.slice(0, 1), { name: 'v002_step.sql', sql: drop }])).toEqual(['v002_step.sql:2:31 L015 error']);
    expect(lint([...files.slice(0, 2), { name: 'v003_step.sql', sql: drop }])).toEqual([]);
    const missing = drop.replace(' id', ' nothing');
    expect(lint([...files.slice(0, 1), { name: 'v002_step.sql', sql: missing }])).toEqual(['v002_step.sql:2:31 L000 error']);
    const child = 'CREATE TABLE c (a INTEGER PRIMARY KEY REFERENCES made_by_code);\n';
    expect(lint([...files.slice(0, 2), { name: 'v003_step.sql', sql: child }])).toEqual([]);
  });

  it('is found when it throws', () => {
    const applyHook = () => {
      throw new RangeError('no such thing');
    };
    const { findings } = lintChain(engine, files.slice(0, 2), { applyHook });
    expect(findings).toMatchObject([{ rule: 'L000', file: 'v002_code.ts', line: 1, why: expect.stringContaining('no such thing') }]);
  });
});
