import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { openConnection } from '../engine/open-connection.js';
import { failureOf } from './run-chain.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

const FIRST = 'CREATE TABLE a (x UNIQUE);\n';

async function placeOf(sql: string): Promise<string> {
  const { file, line, column, statement } = await failureOf(connection, [sql]);
  return `${file}:${line}:${column} ${statement}`;
}

describe('the place of an error', () => {
  it('is the statement that SQLite refuses', async () => {
    expect(await placeOf(`${FIRST}\n  -- two spaces\n  SELECT *\n  FROM missing;\nSELECT 1;`)).toBe(
      'v001_step.sql:4:3 SELECT *\n  FROM missing;',
    );
    expect(await placeOf(`${FIRST}INSERT INTO a VALUES (1);   INSERT INTO a VALUES (1);`)).toBe(
      'v001_step.sql:2:29 INSERT INTO a VALUES (1);',
    );
  });

  it('is the token near which the syntax is wrong', async () => {
    expect(await placeOf(`${FIRST}CREATE TABLE b (\n  x TEXT,\n  y TEXT NOT NUL\n);`)).toMatch('v001_step.sql:4:14 CREATE TABLE b');
    expect(await placeOf(`${FIRST}SELEC 1;`)).toBe('v001_step.sql:2:1 SELEC 1;');
    expect(await placeOf('SELECT 1 1')).toMatch('v001_step.sql:1:10');
  });

  it('is that token where it stands wrongly, and not where it stood well before', async () => {
    expect(await placeOf("SELECT 'x,', x,\n  y, , z FROM (SELECT 1 AS x, 2 AS y, 3 AS z);")).toMatch('v001_step.sql:2:6');
    expect(await placeOf('CREATE TABLE from_here (x); SELECT x\nFROM from_here FROM from_here;')).toMatch('v001_step.sql:2:16');
    expect(await placeOf('SELECT /* ) */ (1)\n), 2;')).toMatch('v001_step.sql:2:1');
    expect(await placeOf('INSERT INTO a VALUES (1), (2)\n  VALUES (3);')).toMatch('v001_step.sql:2:3');
  });

  it('is the statement where it ends too early', async () => {
    expect(await placeOf(`${FIRST}SELECT 1 +`)).toBe('v001_step.sql:2:1 SELECT 1 +');
  });

  it('counts lines in the same way with CRLF', async () => {
    expect(await placeOf('CREATE TABLE a (x);\r\nCREATE TABLE b (y);\r\n SELEC 1;')).toBe('v001_step.sql:3:2 SELEC 1;');
  });

  it('is in the message, with what was wrong and what became of it', async () => {
    expect(await failureOf(connection, [`${FIRST}INSERT INTO a VALUES (1), (1);`])).toMatchInlineSnapshot(
      `[MigrationError: v001_step.sql:2:1: UNIQUE constraint failed: a.x. Nothing of the upgrade was kept; correct the statement.]`,
    );
    expect(await failureOf(connection, ['CREATE TABEL a (x);'])).toMatchInlineSnapshot(
      `[MigrationError: v001_step.sql:1:8: near "TABEL": syntax error. Nothing of the upgrade was kept; correct the statement.]`,
    );
  });
});

describe('a file is refused', () => {
  const statements = [
    'BEGIN',
    'COMMIT',
    'END',
    'ROLLBACK',
    'VACUUM',
    "ATTACH 'other.db' AS other",
    'DETACH other',
    'PRAGMA user_version = 9',
    'PRAGMA foreign_keys = OFF',
    'PRAGMA journal_mode = WAL',
    'PRAGMA auto_vacuum = FULL',
    'CREATE TEMP TABLE t (x)',
  ];

  it.each(statements)('for %s, with its place, and nothing of it is kept', async (statement) => {
    const failure = await failureOf(connection, [`${FIRST}\n  ${statement};\nSELECT 1;`]);
    expect(failure).toMatchObject({ code: 'MIGRATION_REFUSED', line: 3, column: 3, statement: `${statement};` });
    expect(connection.header.userVersion).toBe(0);
    expect(connection.script('SELECT name FROM sqlite_schema')).toEqual([]);
    expect(connection.script('PRAGMA foreign_keys')).toEqual([[1]]);
  });

  it('with what to do instead', async () => {
    expect(await failureOf(connection, ['BEGIN; SELECT 1; COMMIT;'])).toMatchInlineSnapshot(
      `[MigrationError: v001_step.sql:1:1: BEGIN may not stand in a migration. Each file runs in one transaction that Tablite begins and ends, without foreign keys, which are checked afterwards: remove the statement.]`,
    );
    expect(await failureOf(connection, ['PRAGMA user_version = 1'])).toMatchInlineSnapshot(
      `[MigrationError: v001_step.sql:1:1: PRAGMA user_version may not stand in a migration. Each file runs in one transaction that Tablite begins and ends, without foreign keys, which are checked afterwards: remove the statement.]`,
    );
    expect(await failureOf(connection, ['VACUUM'])).toMatchInlineSnapshot(
      `[MigrationError: v001_step.sql:1:1: VACUUM may not stand in a migration. Each file runs in one transaction that Tablite begins and ends, without foreign keys, which are checked afterwards: remove the statement.]`,
    );
  });
});
