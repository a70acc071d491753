import { describe, expect, it } from 'vitest';
import type { SqlValue } from '../../src/engine/values.js';
import type { Database } from '../../src/index.js';
import { type FillOptions, fillTables, openTestDatabase } from '../../src/testing.js';
import { filesOf } from '../migrate/run-chain.js';

const migrations = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

async function filled(sql: string, options: FillOptions = {}): Promise<Database> {
  const db = await openTestDatabase({ migrations: filesOf(sql) });
  await fillTables(db, options);
  return db;
}

const column = (db: Database, table: string, name: string): SqlValue[] => db.values(`SELECT ${name} FROM ${table} ORDER BY rowid`).flat();

function expectSound(db: Database): void {
  expect(db.values('PRAGMA integrity_check')).toEqual([['ok']]);
  expect(db.values('PRAGMA foreign_key_check')).toEqual([]);
}

describe('filling tables', () => {
  it.each(['a > 5 AND a < 7', 'a > 99 AND a < 101', 'a < -6 AND a > -8'])(
    'finds the neighbours of the numbers in CHECK (%s)',
    async (check) => {
      const db = await filled(`CREATE TABLE t (a INTEGER NOT NULL CHECK (${check}))`);
      expect(db.values('SELECT count(*), count(DISTINCT a) FROM t')).toEqual([[3, 1]]);
    },
  );

  it('meets every value that a CHECK lists', async () => {
    const db = await filled("CREATE TABLE t (a TEXT NOT NULL CHECK (a IN ('w', 'x', 'y', 'z')))", { rowsPerTable: 8 });
    expect(new Set(column(db, 't', 'a'))).toEqual(new Set(['w', 'x', 'y', 'z']));
  });

  it('agrees on a column that two references share', async () => {
    const db = await filled(
      `CREATE TABLE a (org INT NOT NULL, id INT NOT NULL, PRIMARY KEY (org, id)); CREATE TABLE b (org INT NOT NULL, id INT NOT NULL, PRIMARY KEY (org, id));
      CREATE TABLE c (org INT NOT NULL, a INT NOT NULL, b INT NOT NULL, FOREIGN KEY (org, a) REFERENCES a, FOREIGN KEY (org, b) REFERENCES b)`,
      {
        seed: {
          a: [
            { org: 1, id: 10 },
            { org: 2, id: 20 },
          ],
          b: [
            { org: 2, id: 30 },
            { org: 3, id: 40 },
          ],
        },
      },
    );
    expect(db.values('SELECT org, a, b FROM c')).toEqual([
      [2, 20, 30],
      [2, 20, 30],
      [2, 20, 30],
    ]);
  });

  it('gives three rows to each, and tells', async () => {
    const db = await openTestDatabase({ migrations });
    const counts = await fillTables(db);
    expect(Object.keys(counts)).toHaveLength(9);
    expect(new Set(Object.values(counts))).toEqual(new Set([3]));
    for (const table of Object.keys(counts)) expect(db.values(`SELECT count(*) FROM ${table}`), table).toEqual([[3]]);
    expectSound(db);
  });

  it('makes the same rows each time', async () => {
    const made = async () => {
      const db = await openTestDatabase({ migrations });
      await fillTables(db, { rowsPerTable: 5 });
      return ['tasks', 'voice_profiles', 'schedules'].map((table) => db.values(`SELECT * FROM ${table}`));
    };
    expect(await made()).toEqual(await made());
  });

  it('puts NULL into the second row wherever it may be', async () => {
    const db = await filled('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER NOT NULL, c BLOB, d REAL CHECK (d > 1))');
    const [, second] = db.values('SELECT a, c, d, b IS NULL FROM t ORDER BY id');
    expect(second).toEqual([null, null, null, 0]);
  });

  it('repeats the first row in the third wherever rows may be alike', async () => {
    const db = await filled(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE, c INT, d TEXT, e TEXT, UNIQUE (d, e)); CREATE UNIQUE INDEX i ON t (c) WHERE c > 0',
    );
    const [first, , third] = db.all('SELECT * FROM t ORDER BY id');
    expect(third?.['a']).toBe(first?.['a']);
    expect(third?.['b']).not.toBe(first?.['b']);
    expect([third?.['d'], third?.['e']]).not.toEqual([first?.['d'], first?.['e']]);
    expectSound(db);
  });

  it('meets the boundaries of every type', async () => {
    const db = await filled(
      'CREATE TABLE t (i INTEGER, x TEXT, b BLOB, r REAL, at DATETIME, flag BOOLEAN, data JSON, code VARCHAR(5), n)',
      {
        rowsPerTable: 12,
      },
    );
    expect(column(db, 't', 'i')).toEqual(expect.arrayContaining([0, -1, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, null]));
    const texts = column(db, 't', 'x').map(String);
    expect(texts).toContain('');
    expect(texts.some((text) => text.length > 1000)).toBe(true);
    expect(texts.some((text) => text.includes("'") && text.includes('"') && text.includes('\u{1f600}'))).toBe(true);
    expect(
      column(db, 't', 'b')
        .filter((value) => value !== null)
        .every((value) => value instanceof Uint8Array),
    ).toBe(true);
    expect(new Set(column(db, 't', 'flag'))).toEqual(new Set([0, 1, null]));
    expect(column(db, 't', 'at')).toEqual(expect.arrayContaining(['1970-01-01 00:00:00', '2024-02-29 09:30:00.123456']));
    expect(column(db, 't', 'data')).toContain('null');
    expect(column(db, 't', 'code').every((value) => value === null || [...String(value)].length <= 5)).toBe(true);
    expect(new Set(column(db, 't', 'n').map((value) => typeof value)).size).toBeGreaterThanOrEqual(4);
  });

  it.each([
    "CHECK (a IN ('x', 'it''s'))",
    'CHECK (a BETWEEN 500 AND 502)',
    'CHECK (a > 1e6 AND a % 2 = 0)',
    'CHECK (a < -5)',
    'CHECK (length(a) = 36)',
    "CHECK (length(a) BETWEEN 3 AND 5 AND a <> 'abc')",
    "CHECK (a GLOB 'v[0-9][0-9]*')",
    "CHECK (a LIKE '%@%.org')",
    'CHECK (json_valid(a))',
    "CHECK (typeof(a) = 'blob')",
    'CHECK (a IS date(a))',
    'CHECK (upper(a) = a AND length(a) = 4)',
    'CONSTRAINT named CHECK (t.a = 77)',
  ])('satisfies a TEXT-like column with %s', async (check) => {
    const db = await filled(`CREATE TABLE t (a NOT NULL ${check})`);
    expect(db.values('SELECT count(*) FROM t')).toEqual([[3]]);
    expectSound(db);
  });

  it.each([
    ['an order', 'low INT NOT NULL, high INT NOT NULL, CHECK (low < high)'],
    ['one of two', 'a TEXT, b TEXT, CHECK ((a IS NULL) <> (b IS NULL))'],
    ['all or none', 'a TEXT, b TEXT, CHECK ((a IS NULL) = (b IS NULL))'],
    ['a kind with its value', "kind TEXT NOT NULL CHECK (kind IN ('x', 'y')), v INT, CHECK ((kind = 'x') = (v IS NOT NULL))"],
  ])('satisfies a CHECK of %s', async (_, columns) => {
    const db = await filled(`CREATE TABLE t (${columns})`);
    expect(db.values('SELECT count(*) FROM t')).toEqual([[3]]);
    expectSound(db);
  });

  it.each([
    ['a parent', 'CREATE TABLE a (b_id INT NOT NULL REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY)'],
    ['a parent by a text', 'CREATE TABLE a (b TEXT REFERENCES b (code)); CREATE TABLE b (code TEXT NOT NULL UNIQUE)'],
    ['itself', 'CREATE TABLE a (id INTEGER PRIMARY KEY, up INT REFERENCES a)'],
    ['itself, always', 'CREATE TABLE a (id INTEGER PRIMARY KEY, up INT NOT NULL REFERENCES a)'],
    [
      'each other',
      'CREATE TABLE a (id TEXT PRIMARY KEY, b TEXT NOT NULL REFERENCES b); CREATE TABLE b (id TEXT PRIMARY KEY, a TEXT NOT NULL REFERENCES a)',
    ],
    [
      'two columns',
      'CREATE TABLE a (x INT NOT NULL, y INT NOT NULL, PRIMARY KEY (x, y)); CREATE TABLE b (x INT, y INT, FOREIGN KEY (x, y) REFERENCES a)',
    ],
    [
      'parents that share a column',
      'CREATE TABLE org (id INTEGER PRIMARY KEY); CREATE TABLE a (org INT NOT NULL REFERENCES org, id INT NOT NULL, PRIMARY KEY (org, id)); CREATE TABLE b (org INT NOT NULL, x INT NOT NULL, y INT NOT NULL, FOREIGN KEY (org, x) REFERENCES a, FOREIGN KEY (org, y) REFERENCES a)',
    ],
    [
      'pairs',
      'CREATE TABLE l (id INTEGER PRIMARY KEY); CREATE TABLE r (id INTEGER PRIMARY KEY); CREATE TABLE lr (l INT NOT NULL REFERENCES l, r INT NOT NULL REFERENCES r, PRIMARY KEY (l, r)) WITHOUT ROWID',
    ],
    ['the row of its own key', 'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY REFERENCES a)'],
  ])('refers to %s', async (_, sql) => {
    const db = await filled(sql);
    for (const { name } of db.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'tablite%'"))
      expect(Number(db.values(`SELECT count(*) FROM ${name}`)[0]?.[0]), name).toBe(3);
    expectSound(db);
  });

  it('refers to rows, and not to NULL only', async () => {
    const db = await filled(
      'CREATE TABLE a (id INTEGER PRIMARY KEY, up INT REFERENCES a, b INT REFERENCES b); CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a)',
    );
    expect(db.values('SELECT count(up), count(b) FROM a')).toEqual([[2, 2]]);
    expect(db.values('SELECT count(a) FROM b')).toEqual([[2]]);
  });

  it('keeps to STRICT types, WITHOUT ROWID, AUTOINCREMENT and generated columns', async () => {
    const db = await filled(`
      CREATE TABLE s (i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
      CREATE TABLE w (k TEXT PRIMARY KEY, v INT) WITHOUT ROWID;
      CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL);
      CREATE TABLE g (a INT NOT NULL, b INT AS (a) STORED, c TEXT AS (a || 'x'))`);
    for (const table of 'swng') expect(db.values(`SELECT count(*) FROM ${table}`), table).toEqual([[3]]);
    await db.run("INSERT INTO n (a) VALUES ('next')");
    expectSound(db);
  });

  it('fires triggers, and goes around what they refuse', async () => {
    const db = await filled(`
      CREATE TABLE t (a TEXT NOT NULL, b INT NOT NULL);
      CREATE TABLE log (text TEXT);
      CREATE TRIGGER note AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('added'); END;
      CREATE TRIGGER refuse BEFORE INSERT ON t WHEN NEW.a IN ('text', '') OR NEW.b = 0 BEGIN SELECT RAISE(ABORT, 'no'); END`);
    expect(db.values('SELECT count(*) FROM t')).toEqual([[3]]);
    expect(db.values("SELECT count(*) FROM log WHERE text = 'added'")).toEqual([[3]]);
  });

  it('goes on where there are rows already, and leaves those alone', async () => {
    const db = await filled(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, up INT REFERENCES a, n TEXT UNIQUE); INSERT INTO a VALUES (1, NULL, 'text'), (2, 2, 'mine')",
    );
    expect(db.values('SELECT id, up, n FROM a WHERE id < 3')).toEqual([
      [1, null, 'text'],
      [2, 2, 'mine'],
    ]);
    await fillTables(db);
    expect(db.values('SELECT count(*) FROM a')).toEqual([[8]]);
    expectSound(db);
  });

  it('takes fewer rows where there is room for fewer', async () => {
    const db = await filled('CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), theme TEXT)');
    expect(db.values('SELECT id FROM settings')).toEqual([[1]]);
  });

  it('uses the rows that are given, and refers to them', async () => {
    const db = await filled('CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE c (p INT NOT NULL REFERENCES p)', {
      seed: { P: [{ id: 70, n: 'given' }] },
    });
    expect(db.values('SELECT id, n FROM p')).toEqual([[70, 'given']]);
    expect(column(db, 'c', 'p')).toEqual([70, 70, 70]);
  });

  it('asks for rows where it can make none, and writes nothing', async () => {
    const db = await openTestDatabase({
      migrations: filesOf('CREATE TABLE a (x); CREATE TABLE t (a TEXT NOT NULL CHECK (a > 2 AND hex(a) = replace(a, 3, 4) AND 1 > 2))'),
    });
    const failing = fillTables(db);
    await expect(failing).rejects.toMatchObject({ name: 'UpgradePathError', code: 'UPGRADE_SEED', from: 1, table: 't' });
    await expect(failing).rejects.toThrow(/t takes no row: .*Pass rows that fit, as seed/);
    expect(db.values('SELECT count(*) FROM a')).toEqual([[0]]);
  });

  it('says which given row does not fit, without its values', async () => {
    const db = await openTestDatabase({ migrations: filesOf('CREATE TABLE t (a TEXT CHECK (length(a) < 3))') });
    const failing = fillTables(db, { seed: { t: [{ a: 'secret' }] } });
    await expect(failing).rejects.toMatchObject({ code: 'UPGRADE_SEED', table: 't', cause: { kind: 'check' } });
    await expect(failing).rejects.not.toThrow('secret');
    await expect(fillTables(db, { seed: { t: [{ b: 1 }] } })).rejects.toThrow('t takes no row: table t has no column named b');
  });

  it.each([0, 1.5, -1, Number.NaN])('refuses to make %s rows', async (rowsPerTable) => {
    const db = await openTestDatabase({ migrations: {} });
    await expect(fillTables(db, { rowsPerTable })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
