import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { readHistory } from '../../src/migrate/history.js';
import { imageOf, openConnection, rows } from '../engine/open-connection.js';
import { failureOf, runChain } from './run-chain.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

describe('running a chain', () => {
  it('runs every statement of every file, and keeps the version and the history', async () => {
    let now = Date.UTC(2024, 4, 1);
    await runChain(connection, ['CREATE TABLE a (x); INSERT INTO a VALUES (1), (2)', '-- note\nALTER TABLE a ADD COLUMN y DEFAULT 5;\n'], {
      now: () => (now += 250),
    });
    expect(rows(connection, 'SELECT x, y FROM a')).toEqual([
      [1, 5],
      [2, 5],
    ]);
    expect(connection.header.userVersion).toBe(2);
    expect(readHistory(connection)).toEqual([
      {
        version: 1,
        name: 'v001_step.sql',
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        appliedAt: '2024-05-01T00:00:00.250Z',
        durationMs: expect.any(Number),
      },
      {
        version: 2,
        name: 'v002_step.sql',
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        appliedAt: '2024-05-01T00:00:00.500Z',
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('tells of each step before it runs, and rests in between', async () => {
    const order: string[] = [];
    await runChain(connection, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)'], {
      onStep: ({ version, index, total }) => order.push(`${version} (${index} of ${total}) at ${connection.header.userVersion}`),
      rest: async () => void order.push('rest'),
    });
    expect(order).toEqual(['1 (1 of 2) at 0', 'rest', '2 (2 of 2) at 1', 'rest']);
  });

  it('leaves what is applied already alone', async () => {
    await runChain(connection, ['CREATE TABLE a (x)']);
    await runChain(connection, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']);
    await runChain(connection, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)']);
    expect(readHistory(connection).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('takes triggers with CASE ... END, and semicolons where they end nothing', async () => {
    await runChain(connection, [
      `CREATE TABLE a (x, "odd;name" DEFAULT ';'); -- a; comment
       CREATE TRIGGER guard AFTER INSERT ON a BEGIN
         UPDATE a SET x = CASE WHEN new.x > 10 THEN 10 ELSE new.x END WHERE rowid = new.rowid;
         SELECT CASE WHEN new.x < 0 THEN RAISE(ABORT, 'negative; not kept') END;
       END;
       INSERT INTO a (x) VALUES (50), (5);`,
    ]);
    expect(rows(connection, 'SELECT x, "odd;name" FROM a')).toEqual([
      [10, ';'],
      [5, ';'],
    ]);
  });

  it('takes savepoints within a file', async () => {
    await runChain(connection, [
      'CREATE TABLE a (x); SAVEPOINT s; INSERT INTO a VALUES (1); ROLLBACK TO s; RELEASE s; INSERT INTO a VALUES (2);',
    ]);
    expect(rows(connection, 'SELECT x FROM a')).toEqual([[2]]);
  });
});

describe('a step that fails', () => {
  it('leaves the step before it, and nothing of its own', async () => {
    await runChain(connection, ['CREATE TABLE a (x)']);
    const before = imageOf(connection);
    connection.file.seal();
    const failure = await failureOf(connection, [
      'CREATE TABLE a (x)',
      'CREATE TABLE b (x); INSERT INTO a VALUES (1); SELECT missing FROM a;',
    ]);
    expect(failure).toMatchObject({ code: 'MIGRATION_SQL', file: 'v002_step.sql' });
    expect(imageOf(connection)).toEqual(before);
    expect(connection.file.seal().pages).toEqual([]);
    expect(connection.inTransaction).toBe(false);
  });

  it('leaves nothing where SQLite itself ends the transaction', async () => {
    const failure = await failureOf(connection, [
      'CREATE TABLE a (x UNIQUE); INSERT INTO a VALUES (1); INSERT OR ROLLBACK INTO a VALUES (1); INSERT INTO a VALUES (2);',
    ]);
    expect(failure).toMatchObject({ code: 'MIGRATION_SQL', statement: 'INSERT OR ROLLBACK INTO a VALUES (1);' });
    expect(rows(connection, 'SELECT name FROM sqlite_schema')).toEqual([]);
    expect(connection.header.userVersion).toBe(0);
  });

  it('is one that makes a temporary table, which would hide a real one from this tab alone', async () => {
    const hidden = 'CREATE TABLE a (x); CREATE TABLE temp.a (x); INSERT INTO a VALUES (1);';
    const failure = await failureOf(connection, [hidden]);
    expect(failure).toMatchObject({ code: 'MIGRATION_REFUSED', file: 'v001_step.sql', line: 1, column: 21 });
    expect(failure).toMatchInlineSnapshot(
      `[MigrationError: v001_step.sql:1:21: CREATE TEMP may not stand in a migration. Each file runs in one transaction that Tablite begins and ends, without foreign keys, which are checked afterwards: remove the statement.]`,
    );
    expect(rows(connection, 'SELECT name FROM sqlite_schema UNION ALL SELECT name FROM temp.sqlite_schema')).toEqual([]);
    await runChain(connection, ['CREATE TABLE temps (x); CREATE VIEW v AS SELECT temp.x FROM temps AS temp']);
    expect(rows(connection, 'SELECT x FROM v')).toEqual([]);
  });

  it('can be run again once it is corrected', async () => {
    await failureOf(connection, ['CREATE TABLE a (x)', 'CREATE TABLE b (x); SELEC 1']);
    await runChain(connection, ['CREATE TABLE a (x)', 'CREATE TABLE b (x); SELECT 1']);
    expect(connection.header.userVersion).toBe(2);
    expect(rows(connection, 'SELECT name FROM sqlite_schema ORDER BY name')).toEqual([['a'], ['b'], ['tablite_history']]);
  });
});
