import { describe, expect, it } from 'vitest';
import type { Transaction } from '../../src/index.js';
import { verifyUpgradePaths } from '../../src/testing.js';
import { COLUMNS, failureOf, NOTES, rebuild, verify } from './note-upgrades.js';

const migrations = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

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

  it('has all of its transaction: a limit, and parts that are taken back', async () => {
    const limited: number[] = [];
    await code((tx) => {
      limited.push(tx.values('SELECT 1 UNION SELECT 2', [], 1).length);
      const part = tx.savepoint();
      tx.run('CREATE TABLE other (x)');
      part.rollBack();
      tx.run('ALTER TABLE notes ADD COLUMN size INTEGER');
    });
    expect(new Set(limited)).toEqual(new Set([1]));
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
