import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { readChain } from '../../src/migrate/chain.js';
import { planUpgrade } from '../../src/migrate/plan.js';
import { readStanding, runPlan } from '../../src/migrate/run.js';
import { rejection, thrownBy } from '../database/outcome.js';
import { change, openConnection, rows } from '../engine/open-connection.js';
import { failureOf, runChain } from './run-chain.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

/** A step in code after a first file. */
async function runCode(connection: Connection, first: string, ...statements: string[]): Promise<void> {
  const up = (tx: { run(sql: string): unknown }) => {
    for (const sql of statements) tx.run(sql);
  };
  const chain = readChain([
    { name: 'v001_first.sql', sql: first },
    { name: 'v002_code.ts', revision: '1', up },
  ]);
  await runPlan(connection, planUpgrade(chain, readStanding(connection)), { now: () => 0 });
}

describe('the count of rows', () => {
  it('leaves SQLite’s own tables alone', async () => {
    const table = 'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX i ON t (id); INSERT INTO t VALUES (1); ANALYZE;';
    await runCode(connection, table, 'DROP INDEX i', 'DROP TABLE t');
    expect(connection.header.userVersion).toBe(2);
  });

  it('sees rows that a trigger replaces, by its own words or by a constraint’s', async () => {
    for (const [conflict, words] of [
      ['', 'INSERT OR REPLACE'],
      ['ON CONFLICT REPLACE', 'INSERT'],
    ]) {
      const fresh = openConnection();
      const tables = `CREATE TABLE a (x); CREATE TABLE b (x UNIQUE ${conflict}, y UNIQUE ${conflict}); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1), (2, 2);
        CREATE TRIGGER t AFTER UPDATE ON a BEGIN ${words} INTO b VALUES (1, 2); END;`;
      expect(await failureOf(fresh, [tables, 'UPDATE a SET x = 2;'])).toMatchObject({ code: 'MIGRATION_ROWS' });
      fresh.close();
    }
  });

  it('leaves virtual tables alone, whatever they can be asked', async () => {
    const search = `CREATE TABLE n (id INTEGER PRIMARY KEY, x); CREATE VIRTUAL TABLE a USING fts4 (x); CREATE VIRTUAL TABLE b USING fts4(content="", x);
      CREATE TRIGGER gone BEFORE DELETE ON n BEGIN DELETE FROM a WHERE docid = OLD.id; END;
      INSERT INTO n VALUES (1, 'w'), (2, 'w'); INSERT INTO a (docid, x) SELECT id, x FROM n;`;
    await runCode(connection, search, "INSERT INTO a (x) VALUES ('v')");
    await runChain(openConnection(), [search, 'DELETE FROM n WHERE id = 1;']);
    expect(rows(connection, 'SELECT count(*) FROM a')).toEqual([[3]]);
  });

  it('is not silenced by a statement that takes no rows', async () => {
    const tables = `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);
      CREATE TRIGGER t AFTER DELETE ON p BEGIN DELETE FROM c WHERE p = OLD.id; END;`;
    for (const harmless of ['ALTER TABLE c ADD COLUMN z', 'UPDATE c SET p = p'])
      expect(await failureOf(connection, [tables, `DELETE FROM p WHERE id < 0; ${harmless}; DELETE FROM p;`])).toMatchObject({
        code: 'MIGRATION_ROWS',
      });
    await runChain(connection, [tables, 'DELETE FROM p WHERE id < 0; ALTER TABLE c RENAME TO kids;']);
    expect(rows(connection, 'SELECT count(*) FROM kids')).toEqual([[1]]);
  });
});

describe('a foreign key', () => {
  it('of a table without rowids, or with a column named rowid, is told apart by what it refers to', async () => {
    for (const child of ['c (k TEXT PRIMARY KEY, p REFERENCES p (id)) WITHOUT ROWID', 'c (rowid TEXT, p REFERENCES p)']) {
      const fresh = openConnection();
      const tables = `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE ${child}; INSERT INTO p VALUES (1); INSERT INTO c VALUES ('good', 1);`;
      await runChain(fresh, [tables]);
      fresh.script("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES ('bad', 99); PRAGMA foreign_keys = ON");
      const swapped = await failureOf(fresh, [tables, 'DELETE FROM c WHERE p = 99; DELETE FROM p WHERE id = 1;']);
      expect(swapped).toMatchObject({ code: 'MIGRATION_FOREIGN_KEYS' });
      await runChain(fresh, [tables, 'CREATE TABLE more (x);']);
      fresh.close();
    }
  });

  it('that was broken before does not stand in the way of another name or type', async () => {
    const tables = 'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id));';
    for (const sql of [
      'ALTER TABLE c RENAME TO kids;',
      'ALTER TABLE p RENAME TO folks;',
      'CREATE TABLE n (id INTEGER PRIMARY KEY, p TEXT REFERENCES p (id)); INSERT INTO n SELECT * FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;',
    ]) {
      const fresh = openConnection();
      await runChain(fresh, [tables]);
      fresh.script('PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (1, 99); PRAGMA foreign_keys = ON');
      await runChain(fresh, [tables, sql]);
      expect(fresh.header.userVersion).toBe(2);
      expect(await failureOf(fresh, [tables, sql, `INSERT INTO ${sql.includes('kids') ? 'kids' : 'c'} VALUES (2, 98);`])).toMatchObject({
        code: 'MIGRATION_FOREIGN_KEYS',
      });
      fresh.close();
    }
  });
});

describe('what was broken before a chain', () => {
  it('may be broken in another way after it', async () => {
    await runChain(connection, ['CREATE TABLE t (a);']);
    change(connection, 'CREATE VIEW v AS SELECT gone FROM t');
    await runChain(connection, ['CREATE TABLE t (a);', 'DROP TABLE t;']);
    expect(connection.header.userVersion).toBe(2);
  });
});

describe('a step is refused', () => {
  it('where it has a parameter, which would be NULL', () => {
    const error = thrownBy(() => readChain([{ name: 'v001_step.sql', sql: 'CREATE TABLE t (a);\nINSERT INTO t VALUES (:a);' }]));
    expect(error).toMatchObject({ code: 'MIGRATION_REFUSED', line: 2, column: 23 });
  });

  it('where it changes the history', async () => {
    for (const sql of ['DROP TABLE tablite_history', 'UPDATE main."Tablite_History" SET checksum = \'x\'']) {
      expect(await failureOf(connection, ['CREATE TABLE t (a);', sql])).toMatchObject({ code: 'MIGRATION_REFUSED', file: 'v002_step.sql' });
      expect(await rejection(runCode(openConnection(), 'CREATE TABLE t (a);', sql))).toMatchObject({
        code: 'MIGRATION_REFUSED',
        file: 'v002_code.ts',
      });
    }
  });

  it('not for a text that says the name of the history', async () => {
    await runChain(connection, ["CREATE TABLE t (a); INSERT INTO t VALUES ('tablite_history');"]);
    expect(rows(connection, 'SELECT a FROM t')).toEqual([['tablite_history']]);
  });

  it('at the word that is wrong, and not at one that begins alike', async () => {
    const sql = 'CREATE TABLE t (a);\nCREATE TRIGGER g AFTER INSERT ON t BEGIN\n  SELECT 1;\n  SELEC 2;\nEND;';
    expect(await failureOf(connection, [sql])).toMatchObject({ code: 'MIGRATION_SQL', line: 4, column: 3 });
  });

  it('of a database whose version is none of a chain', async () => {
    connection.script('CREATE TABLE notes (text); PRAGMA user_version = -1');
    expect(thrownBy(() => planUpgrade(readChain([{ name: 'v001_a.sql', sql: 'SELECT 1' }]), readStanding(connection)))).toMatchObject({
      code: 'MIGRATION_ORDER',
    });
  });
});
