import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { brokenStatements } from '../../src/migrate/smoke-compile.js';
import { change, openConnection, rows } from '../engine/open-connection.js';
import { failureOf, runChain } from './run-chain.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

const NOTES = `
  CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, size INTEGER GENERATED ALWAYS AS (length(text)));
  CREATE VIEW short AS SELECT id FROM notes WHERE size < 5;
  CREATE TRIGGER shorten INSTEAD OF DELETE ON short BEGIN DELETE FROM notes WHERE id = OLD.id; END;`;

describe('what no longer compiles after a chain', () => {
  it('is refused: a trigger on a column that is not there, which SQLite accepts', async () => {
    const trigger = 'CREATE TRIGGER t AFTER INSERT ON notes BEGIN UPDATE notes SET missing = 1; END;';
    const failure = await failureOf(connection, [NOTES, 'SELECT 1', trigger]);
    expect(failure).toMatchObject({ code: 'MIGRATION_BROKEN', file: 'v003_step.sql' });
    expect(failure).toMatchInlineSnapshot(
      `[MigrationError: v003_step.sql: after the chain these no longer compile: INSERT notes, with trigger t: no such column: missing. A trigger, a view or a foreign key names something that is gone: drop it or create it anew in the step that changes what it names.]`,
    );
  });

  it.each([
    [
      'DELETE',
      'CREATE TRIGGER t BEFORE DELETE ON notes BEGIN INSERT INTO gone VALUES (1); END;',
      /DELETE notes, with trigger t: no such table: main.gone/,
    ],
    [
      'UPDATE',
      'CREATE TRIGGER t AFTER UPDATE OF text ON notes BEGIN SELECT NEW.gone; END;',
      /UPDATE notes, with trigger t: no such column: NEW.gone/,
    ],
    ['a view', 'CREATE VIEW v AS SELECT gone FROM notes;', /SELECT v: no such column: gone/],
    ['a view of a table that is dropped', 'DROP TABLE notes;', /SELECT short: no such table: main.notes/],
    [
      'INSTEAD OF',
      'CREATE TRIGGER t INSTEAD OF INSERT ON short BEGIN SELECT gone(1); END;',
      /INSERT short, with trigger shorten, t: no such function: gone/,
    ],
    ['a foreign key', 'CREATE TABLE tags (note REFERENCES gone (id));', /INSERT tags: no such table: main.gone/],
  ])('is found for %s', async (_, sql, message) => {
    expect(await failureOf(connection, [NOTES, sql])).toMatchObject({ code: 'MIGRATION_BROKEN', message: expect.stringMatching(message) });
  });

  it('is only looked at when all is done: a later step may mend it', async () => {
    await runChain(connection, [NOTES, 'CREATE VIEW v AS SELECT gone FROM notes;', 'ALTER TABLE notes ADD COLUMN gone;']);
    expect(rows(connection, 'SELECT count(*) FROM v')).toEqual([[0]]);
  });

  it('does not stand in the way when it was broken before', async () => {
    await runChain(connection, [NOTES]);
    change(connection, 'CREATE VIEW v AS SELECT gone FROM notes');
    await runChain(connection, [NOTES, 'CREATE TABLE more (x);']);
    expect(connection.header.userVersion).toBe(2);
  });

  it('is nothing in a schema that works', () => {
    change(connection, NOTES, 'CREATE TABLE "odd "" name" ("a "" b" REFERENCES notes (id))');
    expect([...brokenStatements(connection)]).toEqual([]);
  });
});
