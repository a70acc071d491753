import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { openConnection, rows } from '../engine/open-connection.js';
import { failureOf, runChain } from './run-chain.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

const FAMILY = `
  CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);
  CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) ON DELETE CASCADE);
  INSERT INTO parents VALUES (1, 'a'), (2, 'b');
  INSERT INTO children VALUES (10, 1), (11, 2);`;

/** The twelve steps of https://www.sqlite.org/lang_altertable.html, without the settings around them. */
const REBUILD = `
  CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '');
  INSERT INTO parents_new SELECT id, name FROM parents;
  DROP TABLE parents;
  ALTER TABLE parents_new RENAME TO parents;`;

const isEnforced = () => rows(connection, 'PRAGMA foreign_keys')[0]?.[0] === 1;

describe('foreign keys in a step', () => {
  it('let a table be rebuilt that others refer to with ON DELETE CASCADE', async () => {
    await runChain(connection, [FAMILY, REBUILD]);
    expect(rows(connection, 'SELECT id, parent FROM children')).toEqual([
      [10, 1],
      [11, 2],
    ]);
    expect(rows(connection, 'PRAGMA foreign_key_list(children)')[0]?.slice(2, 5)).toEqual(['parents', 'parent', 'id']);
    connection.script('DELETE FROM parents WHERE id = 1');
    expect(rows(connection, 'SELECT id FROM children')).toEqual([[11]]);
  });

  it('are on again afterwards, after a failure too', async () => {
    await runChain(connection, [FAMILY]);
    expect(isEnforced()).toBe(true);
    for (const bad of ['SELEC', 'DELETE FROM parents', 'INSERT OR ROLLBACK INTO parents VALUES (1, 1)', 'COMMIT']) {
      await failureOf(connection, [FAMILY, bad]);
      expect(isEnforced()).toBe(true);
    }
  });

  it('that a step breaks are reported, and the step is not kept', async () => {
    const failure = await failureOf(connection, [FAMILY, 'DELETE FROM parents WHERE id = 2; INSERT INTO children VALUES (12, 77);']);
    expect(failure).toMatchObject({ code: 'MIGRATION_FOREIGN_KEYS', file: 'v002_step.sql', line: undefined });
    expect(failure).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: 2 foreign key(s) that held before do not hold after this step: children 11 -> parents; children 12 -> parents. Keep what the rows refer to, or change them in the same step.]`,
    );
    expect(rows(connection, 'SELECT count(*) FROM parents')).toEqual([[2]]);
    expect(connection.header.userVersion).toBe(1);
  });

  it('that were broken before are tolerated, and new ones beside them are not', async () => {
    await runChain(connection, [FAMILY]);
    connection.script('PRAGMA foreign_keys = OFF; INSERT INTO children VALUES (13, 99); PRAGMA foreign_keys = ON');
    const failure = await failureOf(connection, [FAMILY, 'INSERT INTO children VALUES (14, 98)']);
    expect(failure.message).toMatch('1 foreign key(s) that held before do not hold after this step: children 14 -> parents.');
    await runChain(connection, [FAMILY, REBUILD]);
    expect(connection.header.userVersion).toBe(2);
  });

  it('that were broken before are tolerated where the rows move to a new table', async () => {
    const listed = `
      CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE lists (name TEXT PRIMARY KEY, parent REFERENCES parents (id));
      INSERT INTO lists VALUES ('a', NULL), ('b', NULL), ('c', NULL);`;
    await runChain(connection, [listed]);
    connection.script("PRAGMA foreign_keys = OFF; UPDATE lists SET parent = 99 WHERE name = 'c'; DELETE FROM lists WHERE name = 'a'");
    connection.script('PRAGMA foreign_keys = ON');
    await runChain(connection, [
      listed,
      `CREATE TABLE lists_new (name TEXT PRIMARY KEY, parent REFERENCES parents (id));
       INSERT INTO lists_new SELECT name, parent FROM lists ORDER BY name; DROP TABLE lists; ALTER TABLE lists_new RENAME TO lists;`,
    ]);
    expect(connection.header.userVersion).toBe(2);
  });

  it('that a step mends make no room for others that it breaks', async () => {
    await runChain(connection, [FAMILY]);
    connection.script('PRAGMA foreign_keys = OFF; INSERT INTO children VALUES (13, 99); PRAGMA foreign_keys = ON');
    const mended = `
      CREATE TABLE pets (id INTEGER PRIMARY KEY, child REFERENCES children (id));
      INSERT INTO pets VALUES (1, 77);
      DELETE FROM children WHERE id = 13;`;
    expect((await failureOf(connection, [FAMILY, mended])).message).toMatch(': pets 1 -> children.');
  });

  it('that a step mends make no room for others between the same two tables', async () => {
    await runChain(connection, [FAMILY]);
    connection.script('PRAGMA foreign_keys = OFF; INSERT INTO children VALUES (13, 99); PRAGMA foreign_keys = ON');
    const swapped = 'UPDATE children SET parent = 1 WHERE id = 13; UPDATE children SET parent = 77 WHERE id = 10;';
    expect((await failureOf(connection, [FAMILY, swapped])).message).toMatch(': children 10 -> parents.');
  });

  it('of rows without a rowid are counted too', async () => {
    const keyless = `
      CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE links (name TEXT PRIMARY KEY, parent REFERENCES parents (id)) WITHOUT ROWID;`;
    await runChain(connection, [keyless]);
    connection.script("PRAGMA foreign_keys = OFF; INSERT INTO links VALUES ('old', 99); PRAGMA foreign_keys = ON");
    const failure = await failureOf(connection, [keyless, "INSERT INTO links VALUES ('new', 98)"]);
    expect(failure.message).toMatch('1 foreign key(s) that held before do not hold after this step: links row -> parents.');
    await runChain(connection, [keyless, 'CREATE TABLE other (x)']);
    expect(connection.header.userVersion).toBe(2);
  });

  it('that cannot be checked because their parent has no such key are reported with the file', async () => {
    const failure = await failureOf(connection, [
      FAMILY,
      'CREATE TABLE codes (code TEXT); CREATE TABLE uses (code REFERENCES codes (code)); INSERT INTO uses VALUES (1);',
    ]);
    expect(failure).toMatchObject({ code: 'MIGRATION_FOREIGN_KEYS', file: 'v002_step.sql' });
    expect(failure).toMatchInlineSnapshot(
      `[MigrationError: v002_step.sql: 1 foreign key(s) that held before do not hold after this step: foreign key mismatch - "uses" referencing "codes". Keep what the rows refer to, or change them in the same step.]`,
    );
    expect(connection.header.userVersion).toBe(1);
  });

  it('that could not be checked before are tolerated', async () => {
    const mismatch = 'CREATE TABLE codes (code TEXT); CREATE TABLE uses (code REFERENCES codes (code));';
    connection.script(
      `${mismatch} PRAGMA foreign_keys = OFF; INSERT INTO uses VALUES (1); PRAGMA foreign_keys = ON; PRAGMA user_version = 1`,
    );
    await runChain(connection, [mismatch, 'ALTER TABLE uses ADD COLUMN x']);
    expect(connection.header.userVersion).toBe(2);
  });
});
