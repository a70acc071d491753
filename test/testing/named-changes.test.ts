import { describe, expect, it } from 'vitest';
import { COLUMNS, failureOf, NOTES, rebuild, verify } from './note-upgrades.js';

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
