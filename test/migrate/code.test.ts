import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import type { Transaction } from '../../src/index.js';
import { type Migrations, readChain } from '../../src/migrate/chain.js';
import { planUpgrade } from '../../src/migrate/plan.js';
import { readStanding, runPlan, type StepProgress } from '../../src/migrate/run.js';
import { rejection, thrownBy } from '../database/outcome.js';
import { openConnection, rows } from '../engine/open-connection.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

const CREATE = {
  name: 'v001_notes.sql',
  sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('a'), ('b');",
};

function upperCase(tx: Transaction): void {
  for (const { id, text } of tx.all<{ id: number; text: string }>('SELECT id, text FROM notes'))
    tx.run('UPDATE notes SET text = ? WHERE id = ?', [text.toUpperCase(), id]);
}

async function run(migrations: Migrations, onStep?: (step: StepProgress) => void): Promise<void> {
  const plan = planUpgrade(readChain(migrations), readStanding(connection));
  await runPlan(connection, plan, { now: () => 0, ...(onStep && { onStep }) });
}

const withCode = (up: (tx: Transaction) => unknown, revision = '1') => [CREATE, { name: 'v002_code.ts', revision, up: up as () => void }];
const failing = (up: (tx: Transaction) => unknown) => rejection(run(withCode(up)));

describe('a migration in code', () => {
  it('changes the database within its step, beside files of SQL', async () => {
    const steps: StepProgress[] = [];
    await run([...withCode(upperCase), { name: 'v003_last.sql', sql: "INSERT INTO notes (text) VALUES ('c')" }], (step) =>
      steps.push(step),
    );
    expect(rows(connection, 'SELECT text FROM notes')).toEqual([['A'], ['B'], ['c']]);
    expect(connection.header.userVersion).toBe(3);
    expect(rows(connection, 'SELECT name FROM tablite_history')).toEqual([['v001_notes.sql'], ['v002_code.ts'], ['v003_last.sql']]);
    expect(steps.map(({ version, statement, statements }) => [version, statement, statements])).toEqual([
      [1, 1, 2],
      [1, 2, 2],
      [2, 0, 0],
      [3, 1, 1],
    ]);
  });

  it('may change the schema and use what it made', async () => {
    await run(
      withCode((tx) => {
        tx.run('ALTER TABLE notes ADD COLUMN length INTEGER');
        tx.run('UPDATE notes SET length = length(text)');
        expect(tx.values('SELECT DISTINCT length FROM notes')).toEqual([[1]]);
      }),
    );
    expect(rows(connection, 'SELECT length FROM notes')).toEqual([[1], [1]]);
  });

  it('comes as a module by path, as import.meta.glob gives it', async () => {
    await run({ './migrations/v001_notes.sql': CREATE.sql, './migrations/v002_code.ts': { revision: '1', up: upperCase } });
    expect(rows(connection, 'SELECT text FROM notes')).toEqual([['A'], ['B']]);
  });

  it('is known by its revision: another one is an edited file, another text is not', () => {
    const [, first] = readChain(withCode(upperCase));
    const [, same] = readChain(withCode(() => undefined));
    const [, other] = readChain(withCode(upperCase, '2'));
    expect(first?.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(same?.checksum).toBe(first?.checksum);
    expect(other?.checksum).not.toBe(first?.checksum);
  });

  it('is refused without a revision or up', () => {
    for (const code of [
      { up: upperCase },
      { revision: '', up: upperCase },
      { revision: 1, up: upperCase },
      { revision: '1' },
      null,
      'SELECT 1',
    ])
      expect(thrownBy(() => readChain({ 'v001_code.ts': code as never }))).toMatchObject({ code: 'MIGRATION_EMPTY', file: 'v001_code.ts' });
  });
});

describe('a migration in code that fails', () => {
  it('leaves nothing of its step, and says what it threw', async () => {
    const cause = new Error('no luck.');
    const error = await failing((tx) => {
      tx.run('DELETE FROM notes');
      throw cause;
    });
    expect(error).toMatchObject({ code: 'MIGRATION_CODE', file: 'v002_code.ts', cause });
    expect(error).toMatchInlineSnapshot(
      `[MigrationError: v002_code.ts: up() threw: no luck. Nothing of the upgrade was kept; correct the code.]`,
    );
    expect(rows(connection, 'SELECT count(*) FROM notes')).toEqual([[2]]);
    expect(connection.header.userVersion).toBe(1);
  });

  it('by its SQL names the statement', async () => {
    expect(await failing((tx) => tx.run('UPDATE nothing SET x = 1'))).toMatchObject({
      code: 'MIGRATION_SQL',
      file: 'v002_code.ts',
      line: undefined,
      statement: 'UPDATE nothing SET x = 1',
    });
  });

  it('is one that would begin or end a transaction', async () => {
    for (const sql of ['COMMIT', 'ROLLBACK', 'BEGIN', 'PRAGMA foreign_keys = ON', 'CREATE TEMP TABLE t (x)'])
      expect(await failing((tx) => tx.run(sql))).toMatchObject({ code: 'MIGRATION_REFUSED', file: 'v002_code.ts' });
    expect(rows(connection, 'SELECT count(*) FROM notes')).toEqual([[2]]);
  });

  it('is one that lets a trigger take rows of a table that it does not name', async () => {
    const trigger = 'CREATE TABLE log (x); INSERT INTO log VALUES (1); CREATE TRIGGER t AFTER DELETE ON notes BEGIN DELETE FROM log; END;';
    const files = (up: (tx: Transaction) => void) => [
      CREATE,
      { name: 'v002_log.sql', sql: trigger },
      { name: 'v003_code.ts', revision: '1', up },
    ];
    expect(await rejection(run(files((tx) => void tx.run('DELETE FROM notes'))))).toMatchObject({
      code: 'MIGRATION_ROWS',
      file: 'v003_code.ts',
    });
    const named = (tx: Transaction) => {
      tx.run('DELETE FROM log');
      tx.run('DELETE FROM notes');
    };
    await run(files(named));
    expect(rows(connection, 'SELECT count(*) FROM notes, log')).toEqual([[0]]);
  });

  it('is one that is asynchronous', async () => {
    expect(await failing(async (tx) => tx.run('DELETE FROM notes'))).toMatchObject({
      code: 'MIGRATION_CODE',
      cause: expect.objectContaining({ code: 'TRANSACTION_ASYNC' }),
    });
    expect(rows(connection, 'SELECT count(*) FROM notes')).toEqual([[2]]);
  });

  it('is one that goes on after SQLite has rolled back', async () => {
    const error = await failing((tx) => {
      try {
        tx.run("INSERT OR ROLLBACK INTO notes VALUES (1, 'again')");
      } catch {
        // As careless code would.
      }
    });
    expect(error).toMatchObject({ code: 'MIGRATION_SQL' });
    expect(connection.header.userVersion).toBe(1);
  });

  it('cannot use its transaction later', async () => {
    let kept: Transaction | undefined;
    await run(
      withCode((tx) => {
        kept = tx;
      }),
    );
    expect(thrownBy(() => kept?.run('DELETE FROM notes'))).toMatchObject({ code: 'TRANSACTION_ENDED' });
  });
});
