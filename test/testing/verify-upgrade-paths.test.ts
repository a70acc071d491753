import { describe, expect, it } from 'vitest';
import type { Transaction } from '../../src/index.js';
import { UpgradePathError, type VerifyOptions, verifyUpgradePaths } from '../../src/testing.js';
import { filesOf } from '../migrate/run-chain.js';

const migrations = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

const NOTES = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT, at DATETIME)';

function verify(steps: string | string[], options: Partial<VerifyOptions> = {}): ReturnType<typeof verifyUpgradePaths> {
  return verifyUpgradePaths({ migrations: filesOf(NOTES, ...[steps].flat()), ...options });
}

async function failureOf(steps: string | string[], options: Partial<VerifyOptions> = {}): Promise<UpgradePathError> {
  const thrown = await verify(steps, options).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(UpgradePathError);
  return thrown as UpgradePathError;
}

describe('the VibeSurf chain', () => {
  it('upgrades from every version with rows in every table', async () => {
    const report = await verifyUpgradePaths({ migrations, rowsPerTable: 6 });
    expect(report.paths.map(({ from, to, tables, rows }) => [from, to, tables, rows])).toEqual([
      [0, 8, 0, 0],
      [1, 8, 4, 24],
      [2, 8, 4, 24],
      [3, 8, 4, 24],
      [4, 8, 5, 30],
      [5, 8, 6, 36],
      [6, 8, 7, 42],
      [7, 8, 8, 48],
      [8, 8, 9, 54],
    ]);
    expect(String(report)).toMatch(/^9 upgrades end with .*:\n {2}from {2}to {2}tables {2}rows +ms\n {5}0 {3}8 {7}0 {5}0 +[\d.]+\n/);
  });
});

describe('a step that fails on rows only', () => {
  it.each([
    [
      'a column that must not be NULL',
      'CREATE TABLE new (id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT NOT NULL, at DATETIME); INSERT INTO new SELECT * FROM notes; DROP TABLE notes; ALTER TABLE new RENAME TO notes',
      /NOT NULL constraint failed: new.color/,
    ],
    ['a column that must not repeat', 'CREATE UNIQUE INDEX idx_notes_text ON notes (text)', /UNIQUE constraint failed: notes.text/],
    [
      'a column that may be NULL and must not repeat',
      'CREATE UNIQUE INDEX idx_notes_at ON notes (at)',
      /UNIQUE constraint failed: notes.at/,
    ],
    [
      'a column added without a default',
      'ALTER TABLE notes ADD COLUMN size INT NOT NULL CHECK (size > 0) DEFAULT 0',
      /CHECK constraint failed/,
    ],
    [
      'a reference to nothing',
      'CREATE TABLE colors (name TEXT PRIMARY KEY); CREATE TABLE new (id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT REFERENCES colors, at DATETIME); INSERT INTO new SELECT * FROM notes; DROP TABLE notes; ALTER TABLE new RENAME TO notes',
      /2 foreign key\(s\) that held before/,
    ],
  ])('with %s is found', async (_, sql, reason) => {
    const failing = verify(['CREATE TABLE other (id INTEGER PRIMARY KEY)', sql]);
    await expect(failing).rejects.toMatchObject({ name: 'MigrationError', file: 'v003_step.sql', cause: { name: 'MigrationError' } });
    await expect(failing).rejects.toThrow('upgrading a database of version 1 that has rows: ');
    await expect(failing).rejects.toThrow(reason);
  });

  it('is told apart from one that fails everywhere', async () => {
    const failing = verify('ALTER TABLE notes ADD COLUMN size INT NOT NULL');
    await expect(failing).rejects.toMatchObject({ code: 'MIGRATION_SQL', line: 1, column: 1, statement: expect.stringContaining('size') });
    await expect(verify('CREATE TABLE notes (x)')).rejects.toThrow('v002_step.sql:1:1: table notes already exists');
  });
});

const COLUMNS = 'id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT, at DATETIME';
const rebuild = (insert: string, columns = COLUMNS) =>
  `CREATE TABLE new (${columns}); ${insert}; DROP TABLE notes; ALTER TABLE new RENAME TO notes`;
const TRIGGER = 'CREATE TRIGGER touch AFTER UPDATE ON notes BEGIN UPDATE notes SET at = 1 WHERE id = NEW.id; END';

describe('a step that loses or changes what it does not name', () => {
  it.each([
    [
      'a table made of a query',
      'CREATE TABLE new AS SELECT id, text, at AS color, at FROM notes; DROP TABLE notes; ALTER TABLE new RENAME TO notes',
      ['notes: row 1 has another value in color'],
    ],
    [
      'a table that is renamed and rebuilt',
      'ALTER TABLE notes RENAME TO memos; CREATE TABLE new (%s); INSERT INTO new SELECT * FROM memos WHERE id > 1; DROP TABLE memos; ALTER TABLE new RENAME TO memos'.replace(
        '%s',
        COLUMNS,
      ),
      ['notes has 2 rows, expected 3', 'notes: row 1 is gone'],
    ],
    [
      'a column that is renamed, and changed by a trigger',
      "ALTER TABLE notes RENAME COLUMN color TO shade; CREATE TABLE other (x); CREATE TRIGGER change AFTER INSERT ON other BEGIN UPDATE notes SET shade = 'x'; END; INSERT INTO other VALUES (1)",
      ['notes: row 1 has another value in color'],
    ],
    [
      'a copy of some rows',
      rebuild('INSERT INTO new SELECT * FROM notes WHERE color IS NOT NULL'),
      ['notes has 2 rows, expected 3', 'notes: row 2 is gone'],
    ],
    [
      'a copy that ignores conflicts',
      rebuild('INSERT OR IGNORE INTO new SELECT * FROM notes', COLUMNS.replace('text TEXT', 'text TEXT UNIQUE')),
      ['notes has 2 rows, expected 3', 'notes: row 3 is gone'],
    ],
    [
      'a copy that joins',
      rebuild('INSERT INTO new (text, color, at) SELECT n.text, n.color, n.at FROM notes n JOIN notes m'),
      ['notes has 9 rows, expected 3'],
    ],
    [
      'a copy without a key',
      rebuild('INSERT INTO new (text, color, at) SELECT text, color, at FROM notes'),
      ['notes: row 2 is gone', 'notes: row 3 is gone'],
    ],
    [
      'a copy of columns in another order',
      rebuild('INSERT INTO new SELECT * FROM notes', 'id INTEGER PRIMARY KEY, color TEXT, text TEXT, at DATETIME').replace(
        'SELECT *',
        "SELECT id, text, coalesce(color, '') AS color, at",
      ),
      ['notes: row 1 has another value in text'],
    ],
    [
      'a copy that takes one column for another',
      rebuild('INSERT INTO new (id, text, color, at) SELECT id, text, at, color FROM notes'),
      ['notes: row 1 has another value in color', 'notes: row 1 has another value in at'],
    ],
    [
      'a copy that forgets a column',
      rebuild('INSERT INTO new (id, text, at) SELECT id, text, at FROM notes'),
      ['notes: row 1 has another value in color'],
    ],
    ['a table that is made anew and stays empty', `DROP TABLE notes; ${NOTES}`, ['notes has 0 rows, expected 3']],
    [
      'a table that is renamed and made anew',
      `ALTER TABLE notes RENAME TO old; ${NOTES}; INSERT INTO notes SELECT * FROM old WHERE id < 2; DROP TABLE old`,
      ['notes has 1 rows, expected 3', 'notes: row 2 is gone', 'notes: row 3 is gone'],
    ],
    [
      'an UPDATE of another column',
      `UPDATE notes SET color = 'x'; CREATE TABLE t (x); ${rebuild('INSERT INTO new (id, text, color) SELECT id, text, color FROM notes')}`,
      ['notes: row 1 has another value in at', 'notes: row 3 has another value in at'],
    ],
    [
      'rows that come by themselves',
      `CREATE TABLE other (x); CREATE TRIGGER more AFTER INSERT ON other BEGIN INSERT INTO notes (text) VALUES ('x'); END; INSERT INTO other VALUES (1)`,
      ['notes has 4 rows, expected 3'],
    ],
    [
      'values that a trigger changes',
      "CREATE TABLE other (x); CREATE TRIGGER change AFTER INSERT ON other BEGIN UPDATE notes SET color = 'x'; END; INSERT INTO other VALUES (1)",
      ['notes: row 1 has another value in color', 'notes: row 2 has another value in color', 'notes: row 3 has another value in color'],
    ],
  ])('by %s is found', async (_, sql, differences) => {
    const error = await failureOf(sql);
    expect(error).toMatchObject({ code: 'UPGRADE_ROWS', from: 1, table: 'notes' });
    expect(error.differences).toEqual(expect.arrayContaining(differences));
    expect(error.message).toContain(`Upgrading from version 1: ${error.differences[0]}`);
  });
});

describe('a step that names what it changes', () => {
  it.each([
    ['sets the key', 'UPDATE notes SET id = id + 100'],
    ['sets a column of a copy', rebuild("INSERT INTO new SELECT * FROM notes; UPDATE new SET color = 'x'")],
    ['copies more than there was', rebuild('INSERT INTO new SELECT * FROM notes UNION ALL SELECT id + 100, text, color, at FROM notes')],
    ['sets a column', "UPDATE notes SET color = 'x', (text, at) = (SELECT 'a', 1) WHERE id > 0"],
    ['sets a column of a table with a trigger', `${TRIGGER}; UPDATE notes SET color = 'x'`],
    ['deletes rows', 'DELETE FROM notes WHERE color IS NULL'],
    [
      'deletes rows before a copy',
      `DELETE FROM notes WHERE color IS NULL; ${rebuild('INSERT INTO new SELECT * FROM notes', COLUMNS.replace('color TEXT', 'color TEXT NOT NULL'))}`,
    ],
    ['adds rows', "INSERT INTO notes (text) VALUES ('new')"],
    ['replaces rows', "REPLACE INTO notes (id, text) VALUES (1, 'new'), (1000, 'newer')"],
    ['updates on conflict', "INSERT INTO notes (id, text) VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET text = excluded.text"],
    ['renames the table', 'ALTER TABLE notes RENAME TO memos'],
    ['renames a column', 'ALTER TABLE notes RENAME COLUMN color TO shade; ALTER TABLE notes RENAME text TO body'],
    ['drops a column', 'ALTER TABLE notes DROP COLUMN color; ALTER TABLE notes ADD COLUMN color TEXT'],
    ['drops the table', 'DROP TABLE IF EXISTS notes'],
    ['adds a column', 'ALTER TABLE notes ADD COLUMN size INT NOT NULL DEFAULT 0'],
    [
      'computes columns in a copy',
      rebuild("INSERT INTO new (id, text, color, at) SELECT id, upper(text), coalesce(color, 'none'), NULL FROM notes AS n"),
    ],
    ['computes columns by their names', rebuild("INSERT INTO new SELECT n.id, trim(n.text) || '!' AS text, n.color, n.at FROM notes n")],
    ['computes what it does not name', rebuild("INSERT INTO new SELECT id, 'x', color, 7 FROM main.notes")],
    ['copies in two parts', rebuild('INSERT INTO new SELECT * FROM notes WHERE id < 3; INSERT INTO new SELECT * FROM notes WHERE id >= 3')],
    [
      'copies by way of another table',
      `CREATE TABLE kept AS SELECT * FROM notes; DROP TABLE notes; ${NOTES}; INSERT INTO notes SELECT * FROM kept; DROP TABLE kept`,
    ],
    ['copies in a query with a prefix', rebuild('WITH all_notes AS (SELECT * FROM notes) INSERT INTO new SELECT * FROM all_notes')],
    [
      'copies back',
      `ALTER TABLE notes RENAME TO "old notes"; ${NOTES}; INSERT INTO notes SELECT * FROM "old notes"; DROP TABLE "old notes"`,
    ],
    ['makes a table of rows', 'CREATE TABLE copy AS SELECT text FROM notes; DELETE FROM copy'],
    ['changes a type', rebuild('INSERT INTO new SELECT * FROM notes', COLUMNS.replace('color TEXT', 'color INT'))],
    ['changes names in another case', 'UPDATE "NOTES" SET [Color] = NULL; update Notes set TEXT = 1'],
    ['makes a view and an index', 'CREATE VIEW texts AS SELECT text FROM notes; CREATE INDEX i ON notes (text)'],
  ])('and %s is fine', async (_, sql) => {
    const { paths } = await verify(sql);
    expect(paths.map(({ from, to, rows }) => [from, to, rows])).toMatchObject([
      [0, 2, 0],
      [1, 2, 3],
      [2, 2, expect.any(Number)],
    ]);
  });

  it.each([
    [
      'a rename',
      [
        'ALTER TABLE notes RENAME TO memos',
        'DROP TABLE memos; CREATE TABLE memos (id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT, at DATETIME)',
      ],
      'notes has 0 rows, expected 3',
    ],
    [
      'a rebuild',
      [rebuild('INSERT INTO new SELECT * FROM notes'), rebuild("INSERT INTO new SELECT id, text, 'x', at FROM notes WHERE id > 1")],
      'notes has 2 rows, expected 3',
    ],
    [
      'a copy in an earlier step',
      [
        'CREATE TABLE new (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO new SELECT id, text FROM notes WHERE id > 1',
        'DROP TABLE notes; ALTER TABLE new RENAME TO notes',
      ],
      'notes has 2 rows, expected 3',
    ],
    [
      'an UPDATE of another column',
      ["UPDATE notes SET color = 'x'", rebuild("INSERT INTO new SELECT id, text || '', at, color FROM notes")],
      undefined,
    ],
  ])('is followed through %s', async (_, steps, difference) => {
    if (difference === undefined) await verify(steps);
    else expect((await failureOf(steps)).differences).toContain(difference);
  });

  it('finds a value that is changed where no key tells the rows apart', async () => {
    const table = 'CREATE TABLE t (a TEXT, b TEXT NOT NULL)';
    const { differences } = await failureOf([
      `${table}`,
      `CREATE TABLE u (a TEXT, b TEXT NOT NULL); INSERT INTO u (a, b) SELECT b, b FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t`,
    ]);
    expect(differences).toContain('t: row 1 is gone, or has another value in a or b');
    await verify([
      table,
      'CREATE TABLE u (a TEXT, b TEXT NOT NULL); INSERT INTO u SELECT * FROM t ORDER BY b DESC; DROP TABLE t; ALTER TABLE u RENAME TO t',
    ]);
  });
});

describe('what is promised', () => {
  it('ends with a table that is dropped, though another has a name that it had long ago', async () => {
    await verify(['ALTER TABLE notes RENAME TO memos', 'CREATE TABLE notes (x)', 'DROP TABLE memos']);
  });

  it('lets rows go that a DELETE names where no key tells them apart', async () => {
    const copy = 'CREATE TABLE u (a TEXT, b TEXT NOT NULL); INSERT INTO u SELECT * FROM t; DROP TABLE t; ALTER TABLE u RENAME TO t';
    await verify(['CREATE TABLE t (a TEXT, b TEXT NOT NULL)', `DELETE FROM t WHERE a IS NULL; ${copy}`]);
  });

  it('is the same text or number where the type of a column changes', async () => {
    const step = rebuild('INSERT INTO new SELECT * FROM notes', COLUMNS.replace('color TEXT', 'color INT'));
    const seed = (color: string) => ({ notes: [{ id: 1, text: 'a', color }] });
    await verify(step, { seed: seed('5') });
    expect((await failureOf(step, { seed: seed('007') })).differences).toEqual(['notes: row 1 has another value in color']);
  });

  it('is that all rows satisfy their CHECKs in the end', async () => {
    // It holds while the row is inserted, and no more once the step is in the history as the second.
    const step = 'CREATE TABLE c (x CHECK (last_insert_rowid() <> 2)); INSERT INTO c VALUES (1), (2)';
    expect(await failureOf(step)).toMatchObject({ code: 'UPGRADE_ROWS', from: 0, differences: ['CHECK constraint failed in c'] });
  });
});

describe('a step in code', () => {
  const code = (up: (tx: Transaction) => void) =>
    verifyUpgradePaths({ migrations: { 'v001_notes.sql': NOTES, 'v002_code.ts': { revision: '1', up } } });

  it('names what its statements name', async () => {
    await code((tx) => {
      for (const { id } of tx.all<{ id: number }>('SELECT id FROM notes')) tx.run('UPDATE notes SET color = ? WHERE id = ?', ['new', id]);
      tx.run('DELETE FROM notes WHERE id > 3');
    });
    const failing = code((tx) => {
      tx.run('CREATE TABLE other (x)');
      tx.run(
        'CREATE TRIGGER change AFTER INSERT ON other BEGIN DELETE FROM notes WHERE id = 1; INSERT INTO notes (id, text) VALUES (1, 2); END',
      );
      tx.run('INSERT INTO other VALUES (1)');
    });
    await expect(failing).rejects.toMatchObject({ code: 'UPGRADE_ROWS', table: 'notes' });
  });

  it('names what it runs on these rows, and not what it runs on others', async () => {
    const failing = code((tx) => {
      tx.run('CREATE TABLE other (x)');
      tx.run("CREATE TRIGGER change AFTER INSERT ON other BEGIN UPDATE notes SET color = 'x'; END");
      const [[count] = []] = tx.values('SELECT count(*) FROM notes');
      tx.run(count === 0 ? "UPDATE notes SET color = 'x'" : 'INSERT INTO other VALUES (1)');
    });
    await expect(failing).rejects.toMatchObject({ code: 'UPGRADE_ROWS', from: 1, table: 'notes' });
  });

  it('that makes another schema where there are rows is found', async () => {
    const failing = code((tx) => {
      const [[count] = []] = tx.values('SELECT count(*) FROM notes');
      tx.run(`ALTER TABLE notes ADD COLUMN size ${Number(count) > 0 ? 'INTEGER' : 'TEXT'}`);
    });
    await expect(failing).rejects.toMatchObject({
      code: 'UPGRADE_SCHEMA',
      from: 1,
      table: undefined,
      differences: ['notes.size is integer, expected text'],
    });
    await expect(failing).rejects.toThrow('Upgrading from version 1: notes.size is integer, expected text. A step makes another schema');
  });
});

describe('rows that are given', () => {
  const CODE = "ALTER TABLE notes ADD COLUMN code TEXT CHECK (code IS NULL OR (length(code) = 4 AND instr(code, 'q') = 2))";

  it('take the place of made-up ones, at every version that has their columns', async () => {
    const { paths } = await verify(CODE, { seed: { notes: [{ id: 5, text: 'a', code: 'aqua' }] } });
    expect(paths.map(({ rows }) => rows)).toEqual([0, 1, 1]);
  });

  it('may be those of a version', async () => {
    const asked: number[] = [];
    const seed = {
      notes: (version: number) => {
        asked.push(version);
        return Array.from({ length: version }, (_, id) => ({ id, text: 'a' }));
      },
    };
    expect((await verify(CODE, { seed })).paths.map(({ rows }) => rows)).toEqual([0, 1, 2]);
    expect(asked).toEqual([1, 2]);
  });

  it('have to be of a table and columns of the chain', async () => {
    await expect(verify(CODE, { seed: { note: [] } })).rejects.toThrow(
      'seed has rows of "note", and no version of the chain has a table of that name.',
    );
    await expect(verify(CODE, { seed: { notes: [{ text: 'a', colour: 'x' }] } })).rejects.toMatchObject({
      code: 'UPGRADE_SEED',
      from: 1,
      table: 'notes',
    });
  });

  it('find what made-up ones do not', async () => {
    const step = "UPDATE notes SET at = NULL; CREATE UNIQUE INDEX i ON notes (lower(text)) WHERE color = 'red'";
    await verify(step);
    const seed = {
      notes: [
        { text: 'A', color: 'red' },
        { text: 'a', color: 'red' },
      ],
    };
    await expect(verify(step, { seed })).rejects.toMatchObject({ code: 'MIGRATION_SQL', file: 'v002_step.sql' });
  });
});
