import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { guardStatement } from '../../src/engine/guard.js';
import { leadingWords, splitScript } from '../../src/engine/script.js';
import type { SqlJsDatabase } from '../../src/engine/sql-js.js';
import { tokenize } from '../../src/engine/token.js';
import { RefusedStatementError } from '../../src/errors/sql-error.js';
import { engine } from './open-connection.js';

/** sql.js has it; the engine does without. */
interface IteratingDatabase extends SqlJsDatabase {
  iterateStatements(sql: string): Iterable<{ getSQL(): string }>;
}

// sql.js's own databases have all of their methods.
const sqlite = engine.detached(engine.emptyImage) as IteratingDatabase;
sqlite.exec('CREATE TABLE t (a, "end", "create"); CREATE VIEW v AS SELECT a FROM t');
afterAll(() => sqlite.close());

/** Where SQLite ends each statement. */
function endsBySqlite(sql: string): number[] {
  const ends: number[] = [];
  let end = 0;
  for (const statement of sqlite.iterateStatements(sql)) {
    end += statement.getSQL().length;
    ends.push(end);
  }
  return ends;
}

function expectSameSplit(sql: string): void {
  const expected = endsBySqlite(sql);
  const { statements, unterminated } = splitScript(sql);
  const ends = statements.map(({ end }) => end);
  expect(ends.length, sql).toBe(expected.length);
  // Only a `;` ends a statement: what follows the last one without is SQLite's to keep and ours to leave out.
  for (const [index, end] of ends.slice(0, -1).entries()) expect(end, sql).toBe(expected[index]);
  expect(ends.at(-1) ?? 0).toBeLessThanOrEqual(expected.at(-1) ?? 0);
  expect(unterminated === undefined || unterminated.what === 'comment').toBe(true);
  for (const [index, { start, end }] of statements.entries()) {
    expect(start).toBeGreaterThanOrEqual(statements[index - 1]?.end ?? 0);
    expect(sql.slice(start, end)).toMatch(/^[^\s;]/);
    expect(tokenize(sql.slice(start, end)).unterminated).toBeUndefined();
  }
}

const BODY = `
  INSERT INTO t VALUES (CASE WHEN 1 THEN 'END;' ELSE 2 END, 3, 4);
  UPDATE t SET "end" = 1; SELECT CASE a WHEN 1 THEN 2 END FROM t; -- END;
`;
const STATEMENTS = [
  'SELECT 1',
  "SELECT ';', 'it''s; END;', ''",
  'SELECT ";", "a"";b", [;], [a""], `;```  FROM (SELECT 1 AS ";", 2 AS "a"";b", 3 AS [a""], 4 AS `;```)',
  "SELECT x'3b3b', X'', 1e5, .5, 5., 0x1F, 1_000, 1.5E-3",
  'SELECT ?, ?3, :a, @b, $c, $d::e, $f(;), :ünï, @g(END;)',
  'SELECT a->1, a->>2, a || -1 - -1, a/1*2, a<>1, a!=2, ~a, a<<1 FROM t',
  'SELECT 1 AS "end" /* ; END; */ , 2 -- ; it\'s\n',
  'SELECT 1 AS ünïcode$1, 2 AS _x\ufeff',
  'SELECT a, "end", [create] FROM t WHERE "end" = CASE WHEN a THEN 1 ELSE 2 END',
  'CREATE TABLE u (a, "end" TEXT DEFAULT \';\', [trigger] INTEGER)',
  'UPDATE t SET a = CASE a WHEN 1 THEN 2 END',
  `CREATE TRIGGER tr AFTER INSERT ON t BEGIN ${BODY} END`,
  `create trigger if not exists tr instead of update of a on v when new.a > 1 begin ${BODY} end`,
  `CREATE/**/TEMP -- x\n TRIGGER tr BEFORE DELETE ON main.t FOR EACH ROW BEGIN ${BODY} END`,
  `CREATE TEMPORARY TRIGGER "END;" AFTER UPDATE ON t BEGIN ${BODY} END`,
  `EXPLAIN CREATE TRIGGER [tr;] AFTER INSERT ON t BEGIN ${BODY} END`,
  `EXPLAIN QUERY PLAN CREATE TEMP TRIGGER tr AFTER INSERT ON t BEGIN ${BODY} END`,
  'CREATE VIEW w AS SELECT 1 AS "trigger"',
  'CREATE INDEX "trigger" ON t (a)',
  'CREATE VIRTUAL TABLE ft USING fts4 (tokenize=porter, "a;b", content=\'\')',
  'BEGIN',
  'END',
  'COMMIT TRANSACTION',
  'SAVEPOINT "begin;"',
  'DROP TABLE IF EXISTS nowhere',
  'PRAGMA table_info(t)',
  "EXPLAIN SELECT ';'",
];
const TRIVIA = [
  '',
  ' ',
  '\n',
  '\t \r\n\f',
  ' \v',
  '\ufeff',
  '-- a; b\n',
  '--\n',
  '-- it\'s "open\n',
  '/* ; */',
  '/**/',
  "/* it's -- */",
  '/***/',
  '/*/ ; */',
  ' -- \u2028;\n',
];

const trivia = fc.array(fc.constantFrom(...TRIVIA), { maxLength: 3 }).map((parts) => ` ${parts.join('')}\n`);
const gap = fc.oneof(fc.constant(''), trivia);
const script = fc
  .array(fc.tuple(gap, fc.constantFrom(...STATEMENTS), gap, fc.constantFrom(';', ';;', ' ; ;')), { maxLength: 8 })
  .chain((parts) => fc.tuple(fc.constant(parts), gap, fc.boolean()))
  .map(([parts, end, isClosed]) => {
    const sql = parts.map((part) => part.join('')).join('');
    return isClosed ? sql + end : sql.replace(/[ ;]+$/, '') + end;
  });

describe('a script', () => {
  it.each(STATEMENTS)('is split where SQLite splits it: %s', (statement) => {
    expectSameSplit(statement);
    expectSameSplit(`${statement};`);
    expectSameSplit(`;${statement} ; ${statement};\n;SELECT 2`);
  });

  it('is split where SQLite splits it, whatever it is made of', () => {
    fc.assert(fc.property(script, expectSameSplit), { numRuns: 500 });
  });

  it.each(['', ';', ' ;; ', '-- only a comment', '/* ; */', '/* never closed', '\ufeff'])('without a statement has none: %j', (sql) => {
    expect(splitScript(sql).statements).toEqual([]);
    expect(endsBySqlite(sql)).toEqual([]);
  });

  it('names a comment that is never closed, and ends there', () => {
    expectSameSplit('SELECT 1; SELECT 2 /* and; so on');
    expect(splitScript('SELECT 1; SELECT 2 /* and; so on').unterminated).toEqual({ what: 'comment', start: 19 });
    expect(splitScript('SELECT 1 /*/').unterminated).toEqual({ what: 'comment', start: 9 });
  });

  it.each([
    ["'", 'string'],
    ['"', 'identifier'],
    ['`', 'identifier'],
    ['[', 'identifier'],
  ] as const)('names what %s opens and nothing closes, and keeps the rest in one statement', (quote, what) => {
    const sql = `SELECT 1; SELECT ${quote}a; SELECT 2;${quote === "'" ? "''" : ''}`;
    const { statements, unterminated } = splitScript(sql);
    expect(unterminated).toEqual({ what, start: 17 });
    expect(statements.map(({ start, end }) => sql.slice(start, end))).toEqual(['SELECT 1;', sql.slice(10)]);
    expect(() => endsBySqlite(sql)).toThrow(/unrecognized token/);
  });

  it('begins with the words that SQLite sees, whatever stands before and between them', () => {
    const pieces = [...TRIVIA, '\v', '\u00a0', '\u2003', '-', '--', '/', '*', '/*', '*/', '\n', ';', '\u200b', "'", '\ufeff\ufeff'];
    const noise = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''));
    let accepted = 0;
    fc.assert(
      fc.property(noise, noise, (before, between) => {
        const sql = `${before}EXPLAIN${between}COMMIT`;
        try {
          sqlite.prepare(sql).free();
        } catch {
          return;
        }
        accepted++;
        const [first] = splitScript(sql).statements;
        // What stands before may have made a comment of the first word.
        expect(['EXPLAIN COMMIT', 'COMMIT']).toContain(leadingWords(sql, first?.tokens ?? [], 4).join(' '));
        expect(() => guardStatement(sql, 'write')).toThrow(RefusedStatementError);
      }),
      { numRuns: 5000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });
});

describe('a token', () => {
  const kinds = (sql: string) => tokenize(sql).tokens.map(({ kind, start, end }) => [kind, sql.slice(start, end)]);

  it('is cut as SQLite cuts it', () => {
    expect(kinds("a$1 'b''c' \"d\"\"e\" [f] `g` 1.5e3 0xAf :h @i $j::k(l) ?12 ? <= x'00'")).toEqual([
      ['word', 'a$1'],
      ['string', "'b''c'"],
      ['quoted', '"d""e"'],
      ['quoted', '[f]'],
      ['quoted', '`g`'],
      ['number', '1.5e3'],
      ['number', '0xAf'],
      ['variable', ':h'],
      ['variable', '@i'],
      ['variable', '$j::k(l)'],
      ['variable', '?12'],
      ['variable', '?'],
      ['symbol', '<'],
      ['symbol', '='],
      ['word', 'x'],
      ['string', "'00'"],
    ]);
  });

  it('lies behind the one before, and nothing but trivia lies between, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab1.\'"`[]$:?@-/*; \n\v\ufeff\u00e9\u{1f600}') }), (sql) => {
        const { tokens, unterminated } = tokenize(sql);
        let end = 0;
        for (const token of tokens) {
          expect(token.end).toBeGreaterThan(token.start);
          expect(sql.slice(end, token.start)).toMatch(/^(\s|\ufeff|--[^\n]*|\/\*[\s\S]*?\*\/)*$/);
          end = token.end;
        }
        if (!unterminated) expect(sql.slice(end)).toMatch(/^(\s|\ufeff|--[^\n]*|\/\*[\s\S]*?\*\/)*$/);
      }),
    );
  });
});
