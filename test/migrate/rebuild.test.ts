import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.js';
import { splitScript } from '../../src/engine/script.js';
import { UsageError } from '../../src/errors/database-error.js';
import { ConstraintError } from '../../src/errors/sql-error.js';
import { differences } from '../../src/migrate/differences.js';
import { rebuildScript } from '../../src/migrate/rebuild.js';
import { readStructure } from '../../src/migrate/structure.js';
import { openConnection } from '../engine/open-connection.js';
import { runChain } from './run-chain.js';

let connection: Connection;
beforeEach(() => {
  connection = openConnection();
});
afterEach(() => connection.close());

const EVERYTHING = `
  CREATE TABLE people (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- given once
    name TEXT NOT NULL COLLATE NOCASE CHECK (people.name <> ''),
    boss INTEGER REFERENCES people (id) ON DELETE SET NULL,
    loud TEXT GENERATED ALWAYS AS (upper(name)) VIRTUAL,
    kept TEXT GENERATED ALWAYS AS (name || '!') STORED,
    UNIQUE (name, boss)
  );
  CREATE TABLE notes (text TEXT, person INTEGER NOT NULL REFERENCES people ON DELETE CASCADE);
  CREATE TABLE pairs (k TEXT, v BLOB, PRIMARY KEY (k, v)) WITHOUT ROWID;
  CREATE TABLE "odd ""table"".x" ("a b" INT DEFAULT 7, [select] TEXT, \`q\`\`\` REAL, 'str' ANY, "current_time" TEXT, Ünï TEXT CHECK ("odd ""table"".x"."a b" > 0));
  CREATE TABLE takers (rowid TEXT, _rowid_ TEXT, n INT);
  CREATE TABLE log (what TEXT, CURRENT_DATE TEXT);
  CREATE TABLE down (id INTEGER PRIMARY KEY DESC);
  CREATE INDEX people_boss ON people (boss);
  CREATE UNIQUE INDEX people_lower ON people (lower(name) DESC, id) WHERE boss IS NOT NULL;
  CREATE INDEX "odd index" ON "odd ""table"".x" ("a b" COLLATE NOCASE, "select" || 'x') -- the end
  ;
  CREATE TRIGGER people_logged AFTER UPDATE ON people BEGIN INSERT INTO log (what) VALUES (CASE WHEN NEW.id > 1 THEN NEW.name END); END;
  CREATE TRIGGER notes_checked BEFORE INSERT ON notes WHEN NOT EXISTS (SELECT 1 FROM PEOPLE WHERE id = NEW.person) BEGIN SELECT RAISE(ABORT, 'nobody'); END;
  CREATE VIEW bosses AS SELECT * FROM people WHERE id IN (SELECT boss FROM people);
  CREATE VIEW boss_names AS SELECT name FROM bosses;
  CREATE VIEW log_view AS SELECT what FROM log;
  CREATE TRIGGER bosses_insert INSTEAD OF INSERT ON bosses BEGIN INSERT INTO people (name) VALUES (NEW.name); END;
  CREATE TRIGGER log_view_delete INSTEAD OF DELETE ON log_view BEGIN DELETE FROM log; DELETE FROM boss_names; END;
  CREATE TRIGGER boss_names_delete INSTEAD OF DELETE ON boss_names BEGIN DELETE FROM people WHERE name = OLD.name; END;
  INSERT INTO people (id, name, boss) VALUES (3, 'Ann', NULL), (5, 'bob', 3), (9, 'cy', 5), (40, 'gone', NULL);
  DELETE FROM people WHERE id = 40;
  INSERT INTO notes (rowid, text, person) VALUES (-2, 'a', 3), (7, NULL, 5), (8, '', 9);
  DELETE FROM notes WHERE rowid = 8;
  INSERT INTO notes (rowid, text, person) VALUES (100, x'00ff', 9);
  INSERT INTO pairs VALUES ('a', x'01'), ('a', x'02'), ('b', x'');
  INSERT INTO "odd ""table"".x" (rowid, "a b", "select", "q\`", "str", "current_time", Ünï) VALUES (4, 1, 'x', 1.5, 'y', 'now', 'ü'), (2, 9007199254740993, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO takers (oid, rowid, _rowid_, n) VALUES (11, 'r', 's', 1), (12, 't', 'u', 2);
  INSERT INTO log VALUES ('begin', 'once');
  INSERT INTO down (rowid, id) VALUES (4, 1), (8, NULL);`;

const TABLES: Record<string, string> = {
  people: 'SELECT rowid, * FROM people ORDER BY rowid',
  notes: 'SELECT rowid, * FROM notes ORDER BY rowid',
  pairs: 'SELECT * FROM pairs ORDER BY k, v',
  'odd "table".x': 'SELECT rowid, "a b" || \'\', * FROM "odd ""table"".x" ORDER BY rowid',
  takers: 'SELECT oid, * FROM takers ORDER BY oid',
  log: 'SELECT rowid, * FROM log ORDER BY rowid',
  down: 'SELECT rowid, id FROM down ORDER BY rowid',
};
const contents = () => Object.values(TABLES).map((sql) => connection.script(sql));
const sequence = () => connection.script('SELECT name, seq FROM sqlite_sequence ORDER BY name');
const objectNames = () => connection.script('SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name');

/** Runs a rebuild as a file of a chain is run. */
async function rebuild(schema: string, table: string, createSql?: string): Promise<string> {
  await runChain(connection, [schema]);
  const script = rebuildScript(connection, table, createSql);
  await runChain(connection, [schema, script]);
  return script;
}

describe('a rebuild', () => {
  for (const table of Object.keys(TABLES)) {
    it(`of ${table} leaves everything as it was`, async () => {
      await runChain(connection, [EVERYTHING]);
      const before = { structure: readStructure(connection), contents: contents(), sequence: sequence(), names: objectNames() };
      const script = rebuildScript(connection, table);
      await runChain(connection, [EVERYTHING, script]);
      expect(script).toContain('DROP TABLE');
      expect(differences(readStructure(connection), before.structure)).toEqual([]);
      expect(contents()).toEqual(before.contents);
      expect(sequence()).toEqual(before.sequence);
      expect(objectNames()).toEqual(before.names);
      expect(connection.script('PRAGMA foreign_key_check')).toEqual([]);
      expect(connection.script('PRAGMA integrity_check')).toEqual([['ok']]);
      // The rebuilt schema can be rebuilt again.
      const again = rebuildScript(connection, table);
      await runChain(connection, [EVERYTHING, script, again]);
      expect(differences(readStructure(connection), before.structure)).toEqual([]);
      expect(contents()).toEqual(before.contents);
    });
  }

  it('keeps triggers, foreign keys and the sequence at work', async () => {
    await rebuild(EVERYTHING, 'people');
    connection.script(
      "UPDATE people SET name = 'Bob' WHERE id = 5; INSERT INTO bosses (name) VALUES ('dee'); DELETE FROM people WHERE id = 3",
    );
    expect(connection.script('SELECT id, name, boss FROM people ORDER BY id')).toEqual([
      [5, 'Bob', null],
      [9, 'cy', 5],
      [41, 'dee', null],
    ]);
    expect(connection.script('SELECT what FROM log')).toContainEqual(['Bob']);
    expect(connection.script('SELECT person FROM notes ORDER BY 1')).toEqual([[5], [9]]);
    expect(() => connection.script("INSERT INTO notes VALUES ('x', 77)")).toThrow('nobody');
  });

  it('says in the file what each step is for', async () => {
    const schema = `
      CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
      CREATE INDEX tasks_name ON tasks (name);
      CREATE VIEW names AS SELECT name FROM tasks;
      CREATE TRIGGER tasks_new AFTER INSERT ON tasks BEGIN UPDATE tasks SET name = 'x' WHERE id = NEW.id; END;`;
    await runChain(connection, [schema]);
    expect(rebuildScript(connection, 'tasks')).toMatchInlineSnapshot(`
      "-- Views and triggers elsewhere that name tasks would stop the RENAME: they are created again below.
      DROP VIEW names;

      -- tasks as it is to be.
      CREATE TABLE _new_tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);

      -- Its rows.
      INSERT INTO _new_tasks (id, name)
      SELECT id, name FROM tasks;

      -- Numbers that were given once are not given again.
      DELETE FROM sqlite_sequence WHERE name = '_new_tasks';
      INSERT INTO sqlite_sequence (name, seq) SELECT '_new_tasks', seq FROM sqlite_sequence WHERE name = 'tasks';

      -- In this order references to the table stay as they are.
      DROP TABLE tasks;
      ALTER TABLE _new_tasks RENAME TO tasks;

      -- The indexes went with the old table.
      CREATE INDEX tasks_name ON tasks (name);

      -- The views, in the order in which they were created.
      CREATE VIEW names AS SELECT name FROM tasks;

      -- The triggers, last, so that nothing above fires them.
      CREATE TRIGGER tasks_new AFTER INSERT ON tasks BEGIN UPDATE tasks SET name = 'x' WHERE id = NEW.id; END;
      "
    `);
  });

  it('puts the table of another statement in place, with the columns that both have', async () => {
    await rebuild(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT, gone TEXT, made AS (a || b));
       INSERT INTO t (id, a, b) VALUES (2, '7', 1), (5, 'x', NULL)`,
      'T',
      `CREATE TABLE IF NOT EXISTS main.t (
         id INTEGER PRIMARY KEY, b INT DEFAULT 4, made TEXT, a ANY NOT NULL, kind TEXT NOT NULL DEFAULT 'new', twice INT AS (b * 2)
       ) STRICT -- new`,
    );
    expect(connection.script('SELECT id, b, made, a, kind, twice FROM t ORDER BY id')).toEqual([
      [2, 1, '71', '7', 'new', 2],
      [5, null, null, 'x', 'new', null],
    ]);
  });

  it('keeps the rowids where another column becomes the rowid, or none does any more', async () => {
    await rebuild(
      "CREATE TABLE t (a TEXT); INSERT INTO t (rowid, a) VALUES (3, 'x'), (9, 'y')",
      't',
      'CREATE TABLE t (a TEXT, id INTEGER, PRIMARY KEY (id DESC))',
    );
    expect(connection.script('SELECT id, a FROM t ORDER BY id')).toEqual([
      [3, 'x'],
      [9, 'y'],
    ]);
    connection.close();
    connection = openConnection();
    await rebuild(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (3, 'x'), (9, 'y')",
      't',
      'CREATE TABLE t (id INTEGER, a TEXT)',
    );
    expect(connection.script('SELECT rowid, id, a FROM t ORDER BY 1')).toEqual([
      [3, 3, 'x'],
      [9, 9, 'y'],
    ]);
  });

  it('goes from and to tables without rowids, and where columns have all of its names', async () => {
    const rows = "INSERT INTO t VALUES ('x', 1, 2), ('y', 3, 4)";
    for (const [from, to] of [
      ['rowid TEXT PRIMARY KEY, oid INT, _rowid_ INT', 'rowid TEXT, oid INT, _rowid_ INT, PRIMARY KEY (rowid)'],
      ['a TEXT PRIMARY KEY, b INT, c INT', 'a TEXT PRIMARY KEY, b INT, c INT) WITHOUT ROWID; --'],
      ['a TEXT PRIMARY KEY, b INT, c INT) WITHOUT ROWID; --', 'a TEXT PRIMARY KEY, b INT, c INT'],
    ] as const) {
      connection.close();
      connection = openConnection();
      await rebuild(
        `CREATE TABLE t (${from}\n${from.endsWith('--') ? '' : ');'} ${rows}`,
        't',
        `CREATE TABLE t (${to}${to.endsWith('--') ? '' : ')'}`,
      );
      expect(connection.script('SELECT * FROM t ORDER BY 1')).toEqual([
        ['x', 1, 2],
        ['y', 3, 4],
      ]);
    }
  });

  it('finds a name of its own while the old table is there', async () => {
    await rebuild('CREATE TABLE t (a); CREATE TABLE _new_t (b); CREATE INDEX __NEW_T ON t (a); INSERT INTO t VALUES (1)', 't');
    expect(connection.script('SELECT name FROM sqlite_schema ORDER BY 1')).toEqual(
      [['_new_t'], ['__NEW_T'], ['t'], ['tablite_history']].sort(),
    );
    expect(connection.script('SELECT a FROM t')).toEqual([[1]]);
  });

  it('loses no row to what a constraint says about conflicts', () => {
    for (const constraint of ['UNIQUE ON CONFLICT REPLACE', 'UNIQUE ON CONFLICT IGNORE', 'NOT NULL ON CONFLICT IGNORE']) {
      connection.close();
      connection = openConnection();
      connection.script('CREATE TABLE t (a); INSERT INTO t VALUES (1), (1), (NULL)');
      const script = rebuildScript(connection, 't', `CREATE TABLE t (a ${constraint})`);
      expect(() => connection.script(`BEGIN; ${script} COMMIT`)).toThrow(ConstraintError);
    }
  });

  it('takes any name', async () => {
    await rebuild(`CREATE TABLE "a\nDROP TABLE b; --" (x); CREATE TABLE b (x); INSERT INTO b VALUES (1)`, 'a\nDROP TABLE b; --');
    expect(connection.script('SELECT x FROM b')).toEqual([[1]]);
  });

  it('is not stopped by what was broken before, and leaves it so', async () => {
    connection.script(
      `CREATE TABLE t (a); CREATE TABLE u (a);
       CREATE VIEW broken AS SELECT * FROM nowhere;
       CREATE TRIGGER lost AFTER UPDATE ON u BEGIN DELETE FROM nowhere; END`,
    );
    connection.script(`BEGIN; ${rebuildScript(connection, 't')} COMMIT`);
    expect(connection.script("SELECT name FROM sqlite_schema WHERE type IN ('view', 'trigger')")).toEqual([['broken'], ['lost']]);
  });

  it('has no statement that SQLite reads otherwise than one by one', async () => {
    await runChain(connection, [EVERYTHING]);
    const script = rebuildScript(connection, 'people');
    expect(splitScript(script).unterminated).toBeUndefined();
    expect(splitScript(`${script}SELECT 1`).statements.at(-1)?.tokens).toHaveLength(2);
  });

  it('is refused for what is no table, and for a statement that does not create it', async () => {
    await runChain(connection, ['CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE VIRTUAL TABLE w USING fts4(x)']);
    for (const [table, createSql] of [
      ['gone'],
      ['v'],
      ['w'],
      ['tablite_history'],
      ['t', 'CREATE TABLE u (a)'],
      ['t', 'CREATE TABLE t AS SELECT 1 AS a'],
      ['t', 'CREATE TEMP TABLE t (a)'],
      ['t', 'CREATE INDEX t ON u (a)'],
      ['t', ''],
    ] as const) {
      expect(() => rebuildScript(connection, table, createSql)).toThrow(UsageError);
    }
  });
});
