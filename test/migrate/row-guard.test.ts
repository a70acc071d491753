import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { openConnection, rows } from '../engine/open-connection.js';
import { failureOf, runChain } from './run-chain.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

/** Deleting a project takes its tasks along, and the tasks' log, by triggers. */
const PROJECTS = `
  CREATE TABLE projects (id INTEGER PRIMARY KEY, done INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE tasks (id INTEGER PRIMARY KEY, project INTEGER NOT NULL);
  CREATE TABLE "task log" (task INTEGER NOT NULL);
  CREATE TRIGGER tasks_go AFTER DELETE ON projects BEGIN DELETE FROM tasks WHERE project = OLD.id; END;
  CREATE TRIGGER log_goes AFTER DELETE ON tasks BEGIN DELETE FROM "task log" WHERE task = OLD.id; END;
  INSERT INTO projects (id) VALUES (1), (2);
  INSERT INTO tasks VALUES (1, 1), (2, 1), (3, 2);
  INSERT INTO "task log" VALUES (1), (1), (2);`;

const counts = () =>
  rows(connection, 'SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM tasks), (SELECT count(*) FROM "task log")')[0];

describe('rows that a step does not name', () => {
  it('do not go unseen when a trigger takes them', async () => {
    const failure = await failureOf(connection, [PROJECTS, 'DELETE FROM projects WHERE id = 1;']);
    expect(failure).toMatchObject({ code: 'MIGRATION_ROWS', file: 'v002_step.sql' });
    expect(failure).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: 2 of 3 rows of tasks, 3 of 3 rows of task log are gone after this step, which does not name the table: a trigger took them. Drop the trigger first and create it again afterwards, or delete the rows by a statement of the step.]`,
    );
    expect(counts()).toEqual([2, 3, 3]);
    expect(connection.header.userVersion).toBe(1);
  });

  it('are seen however the statement is written', async () => {
    for (const sql of [
      'WITH old AS (SELECT 1 AS id) DELETE FROM projects WHERE id IN (SELECT id FROM old)',
      'CREATE VIEW v AS SELECT * FROM projects; CREATE TRIGGER t INSTEAD OF DELETE ON v BEGIN DELETE FROM projects WHERE id = OLD.id; END; DELETE FROM v',
      'CREATE TRIGGER t AFTER UPDATE ON projects BEGIN DELETE FROM "task log"; END; UPDATE projects SET done = 1',
      'PRAGMA recursive_triggers; DELETE FROM "main"."projects"',
    ])
      expect(await failureOf(connection, [PROJECTS, sql])).toMatchObject({
        code: sql.startsWith('PRAGMA rec') ? 'MIGRATION_REFUSED' : 'MIGRATION_ROWS',
      });
    expect(counts()).toEqual([2, 3, 3]);
  });

  it('may go where the step names the table', async () => {
    await runChain(connection, [
      PROJECTS,
      'DELETE FROM "task log"; DELETE FROM Tasks WHERE project = 1; DELETE FROM projects WHERE id = 1;',
    ]);
    expect(counts()).toEqual([1, 1, 0]);
  });

  it('may go where the step names the table with its schema, or with what to do on a conflict', async () => {
    await runChain(connection, [
      PROJECTS,
      'DELETE FROM main."task log"; DELETE FROM main.tasks; DELETE FROM main.projects; INSERT INTO tasks VALUES (1, 1), (2, 1);',
      'UPDATE OR REPLACE tasks SET id = 1 WHERE id = 2;',
    ]);
    expect(counts()).toEqual([0, 1, 0]);
  });

  it('are seen when the step itself makes the trigger, after it has changed rows', async () => {
    const plain = 'CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1); INSERT INTO b VALUES (1);';
    const late = 'UPDATE a SET x = 2; CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b; END; DELETE FROM a;';
    expect(await failureOf(connection, [plain, late])).toMatchObject({ code: 'MIGRATION_ROWS' });
  });

  it('are not missed in a table that is dropped by name', async () => {
    await runChain(connection, [
      PROJECTS,
      'DELETE FROM projects; DROP TRIGGER tasks_go; DROP TABLE IF EXISTS tasks; DROP TABLE "task log";',
    ]);
    expect(rows(connection, 'SELECT count(*) FROM projects')).toEqual([[0]]);
  });

  it('may move, and be fewer for a while', async () => {
    await runChain(connection, [
      PROJECTS,
      `CREATE TRIGGER back AFTER DELETE ON projects BEGIN INSERT INTO tasks VALUES (OLD.id + 10, 2), (OLD.id + 20, 2), (OLD.id + 30, 2); INSERT INTO "task log" VALUES (7), (8), (9); END;
       DELETE FROM projects WHERE id = 1;`,
    ]);
    expect(counts()).toEqual([1, 4, 3]);
  });

  it('stay in a rebuild, which drops a table that others refer to', async () => {
    await runChain(connection, [
      PROJECTS,
      'CREATE TABLE new (id INTEGER PRIMARY KEY, done TEXT); INSERT INTO new SELECT id, done FROM projects; DROP TABLE projects; ALTER TABLE new RENAME TO projects;',
    ]);
    expect(counts()).toEqual([2, 3, 3]);
  });
});
