import { describe, expect, it } from 'vitest';
import { lintChain } from '../../src/lint/lint-chain.js';
import { engine } from '../engine/open-connection.js';

const TABLE = 'CREATE TABLE IF NOT EXISTS notes (\n  id INTEGER PRIMARY KEY\n);\n';

function lint(sql: string): { found: string[]; suppressed: string[] } {
  const { findings, suppressed } = lintChain(engine, [{ name: 'v001_step.sql', sql }]);
  return {
    found: findings.map(({ rule, line, column }) => `${rule} ${line}:${column}`),
    suppressed: suppressed.map(({ rule, line, suppressed: reason }) => `${rule} ${line} ${reason}`),
  };
}

describe('a comment that sets a rule aside', () => {
  it('holds for the statement right below, whatever comments stand between', () => {
    expect(lint(`-- migrate:allow L030 it may be there\n${TABLE}`)).toEqual({ found: [], suppressed: ['L030 2 it may be there'] });
    expect(lint(`  --migrate:allow L030   it may be there  \n-- and so on\n\t${TABLE}`).found).toEqual([]);
    expect(lint(`SELECT 1;\n\n-- migrate:allow L030 it may be there\n${TABLE}`).found).toEqual([]);
  });

  it('holds for the statement whose first line it ends', () => {
    expect(lint(TABLE.replace('(\n', '( -- migrate:allow L030 it may be there\n')).found).toEqual([]);
    expect(lint('CREATE TABLE IF NOT EXISTS a (b); -- migrate:allow L030 it may be there\nSELECT 1;\n').found).toEqual([]);
    expect(lint('SELECT 1; CREATE TABLE IF NOT EXISTS a (b); -- migrate:allow L030 it may be there\n').found).toEqual([]);
  });

  it('holds for no other statement', () => {
    expect(lint(`-- migrate:allow L030 it may be there\n${TABLE}${TABLE}`)).toEqual({
      found: ['L030 5:14'],
      suppressed: ['L030 2 it may be there'],
    });
    expect(lint('CREATE TABLE a (b); -- migrate:allow L030 it may be there\nCREATE TABLE IF NOT EXISTS c (d);\n').found).toEqual([
      'L051 1:21',
      'L030 2:14',
    ]);
  });

  it('holds for no statement that a blank line, or the file, ends before', () => {
    expect(lint(`-- migrate:allow L030 it may be there\n\n${TABLE}`).found).toEqual(['L051 1:1', 'L030 3:14']);
    expect(lint(`SELECT 1;\n-- migrate:allow L030 it may be there\n`).found).toEqual(['L051 2:1']);
    expect(lint(TABLE.replace('KEY\n', 'KEY -- migrate:allow L030 it may be there\n')).found).toEqual(['L030 1:14', 'L051 2:26']);
  });

  it('holds for a whole file from above its first statement', () => {
    expect(lint(`-- Notes.\n-- migrate:allow-file L030 it may be there\n\n${TABLE}${TABLE}`)).toEqual({
      found: [],
      suppressed: ['L030 4 it may be there', 'L030 7 it may be there'],
    });
    expect(lint(`${TABLE}-- migrate:allow-file L030 it may be there\n`).found).toEqual(['L030 1:14', 'L050 4:1']);
  });

  it('is only a comment, not a text that looks like one', () => {
    expect(lint(`SELECT '\n-- migrate:allow L030 it may be there\n'; ${TABLE}`).found).toEqual(['L030 3:17']);
    expect(lint(`/* -- migrate:allow L030 it may be there\n*/ ${TABLE}`).found).toEqual(['L030 2:17']);
  });

  it('needs a rule that there is and that may be set aside, and a reason', () => {
    expect(lint(`-- migrate:allow L030\n${TABLE}`).found).toEqual(['L050 1:1', 'L030 2:14']);
    expect(lint(`-- migrate:allow-file L030  \n${TABLE}`).found).toEqual(['L050 1:1', 'L030 2:14']);
    expect(lint(`-- migrate:allow l030 it may be there\n${TABLE}`).found).toEqual(['L050 1:1', 'L030 2:14']);
    expect(lint('-- migrate:allow L002 it is needed\nCOMMIT;\n').found).toEqual(['L050 1:1', 'L002 2:1']);
    expect(lint('-- migrate:allow L050 I know\nSELECT 1;\n').found).toEqual(['L050 1:1']);
  });

  it('makes the report free of errors', () => {
    const drop = 'CREATE TABLE t (id INTEGER PRIMARY KEY);\nDELETE FROM other;\n';
    const chain = (sql: string) => [
      { name: 'v001_other.sql', sql: 'CREATE TABLE other (id INTEGER PRIMARY KEY);\n' },
      { name: 'v002_step.sql', sql },
    ];
    expect(lintChain(engine, chain(drop)).hasErrors).toBe(true);
    const allowed = lintChain(engine, chain(drop.replace('DELETE', '-- migrate:allow L020 a cache\nDELETE')));
    expect(allowed).toMatchObject({ hasErrors: false, findings: [], suppressed: [{ rule: 'L020', suppressed: 'a cache' }] });
  });
});
