import { describe, expect, it } from 'vitest';
import { type Database, type ImportError, type ImportOptions, memoryStorage, UsageError } from '../../src/index.js';
import { noChannels } from '../store/fakes.js';
import { openTestDatabase } from './open-test-database.js';
import { rejection } from './outcome.js';
import { digestOfExport, fileOf, rowsOf } from './sqlite-file.js';

const FIRST = `
  CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT CHECK (length(text) < 100), at TEXT DEFAULT (datetime('now')), short AS (substr(text, 1, 3)));
  CREATE TABLE counts (changed);
  INSERT INTO counts VALUES (0);
  CREATE TRIGGER touch AFTER UPDATE OF text ON notes BEGIN UPDATE counts SET changed = changed + 1; END;
  CREATE VIEW recent AS SELECT id, text FROM notes;
  CREATE TRIGGER add_recent INSTEAD OF INSERT ON recent BEGIN INSERT INTO notes (text) VALUES (NEW.text); END;
  CREATE INDEX notes_lower ON notes (lower(text)) WHERE text IS NOT NULL;
  CREATE VIRTUAL TABLE words USING fts4(word);
  INSERT INTO words VALUES ('mine');`;
const SECOND = "ALTER TABLE notes ADD COLUMN color TEXT; UPDATE notes SET color = 'white';";
const CHAIN = [
  { name: 'v001_notes.sql', sql: FIRST },
  { name: 'v002_colors.sql', sql: SECOND },
];
const STOLEN = 'CREATE TABLE IF NOT EXISTS stolen (text)';
const STEAL = `${STOLEN}; CREATE TRIGGER steal AFTER UPDATE ON notes BEGIN INSERT INTO stolen VALUES (NEW.text); END`;
/** Statements that write a schema which SQLite itself would not. */
const forged = (change: string) => `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET ${change}; PRAGMA writable_schema = OFF`;
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';

const chained = (): Promise<Database> => openTestDatabase(memoryStorage(), { migrations: CHAIN, environment: { openChannel: noChannels } });
const unchained = (): Promise<Database> => openTestDatabase(memoryStorage(), { migrations: {}, environment: { openChannel: noChannels } });
const first = (more: string) => fileOf(`${FIRST} INSERT INTO notes (text) VALUES ('theirs'); ${more}; PRAGMA user_version = 1`);
const ownTables = `CREATE TABLE tablite_history (version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL, duration_ms REAL NOT NULL);
  CREATE TABLE tablite_keys (id INTEGER PRIMARY KEY CHECK (id = 1), keyring TEXT NOT NULL)`;

async function refusal(bytes: Uint8Array, options?: ImportOptions, database?: Database): Promise<ImportError> {
  const into = database ?? (await chained());
  const before = await digestOfExport(into);
  const error = await rejection(into.import(bytes, options));
  expect(await digestOfExport(into)).toBe(before);
  return error as ImportError;
}

describe('a file of the chain', () => {
  it.each([1, 2])('at version %i is imported with all that it has', async (to) => {
    const source = await openTestDatabase(memoryStorage(), { migrations: CHAIN, upgrade: 'manual' });
    await source.migrate({ to });
    await source.run("INSERT INTO recent (text) VALUES ('mine')");
    const database = await chained();
    await database.import(await source.export());
    expect(database.values('SELECT text FROM recent')).toEqual([['mine']]);
    expect(database.schemaVersion).toBe(2);
  });

  it('is not foreign for how its schema is written, nor for plain tables, columns and indexes more', async () => {
    const rewritten = first(`DROP TRIGGER touch;
      create trigger "touch" after update of text on [notes] for each row begin update counts /* more */ set changed=changed+1; end;
      CREATE TABLE more (id INTEGER PRIMARY KEY, note REFERENCES notes (id) ON DELETE CASCADE, size DEFAULT (abs(-1)) CHECK (abs(size) > 0));
      CREATE INDEX more_size ON more (size) WHERE size > 0;
      CREATE UNIQUE INDEX notes_at ON notes (at COLLATE nocase, text DESC);
      ALTER TABLE counts ADD COLUMN kind TEXT DEFAULT 'a (plain) one'`);
    const database = await chained();
    await database.import(rewritten);
    expect(database.values('SELECT text, color FROM notes')).toEqual([['theirs', 'white']]);
  });

  it('without a version may have the triggers of any', async () => {
    const database = await chained();
    await database.import(fileOf(FIRST));
    expect(database.schemaVersion).toBe(2);
  });
});

describe('an import is refused for code that the chain does not have:', () => {
  it.each([
    ['a trigger', STEAL, 'trigger steal on notes'],
    [
      'a trigger that does something else',
      `DROP TRIGGER touch; ${STEAL.replace('TRIGGER steal', 'TRIGGER touch')}`,
      'trigger touch on notes',
    ],
    ['a trigger of a view', 'CREATE TRIGGER u INSTEAD OF UPDATE ON recent BEGIN DELETE FROM counts; END', 'trigger u on recent'],
    ['a trigger of a table more', `${STOLEN}; CREATE TRIGGER t AFTER INSERT ON stolen BEGIN DELETE FROM notes; END`, 'trigger t on stolen'],
    [
      'a trigger of what a virtual table keeps',
      'CREATE TRIGGER t AFTER INSERT ON words_content BEGIN DELETE FROM notes; END',
      'trigger t on words_content',
    ],
    [
      'a trigger of the history',
      `${ownTables}; CREATE TRIGGER t AFTER INSERT ON tablite_history BEGIN DELETE FROM notes; END`,
      'trigger t on tablite_history',
    ],
    [
      'a trigger of the keys',
      `${ownTables}; CREATE TRIGGER t AFTER UPDATE ON tablite_keys BEGIN DELETE FROM notes; END`,
      'trigger t on tablite_keys',
    ],
    ['a view', `CREATE VIEW endless AS ${ENDLESS}`, 'view endless'],
    ['a view in the place of the history', `CREATE VIEW tablite_history AS ${ENDLESS}`, 'view tablite_history'],
    ['a view in the place of the keys', `CREATE VIEW Tablite_Keys AS SELECT 1 AS id, zeroblob(1000000000) AS keyring`, 'view tablite_keys'],
    ['a view that shows something else', 'DROP VIEW recent; CREATE VIEW recent AS SELECT id, at AS text FROM notes', 'view recent'],
    ['a virtual table', 'CREATE VIRTUAL TABLE v USING fts3(x, tokenize=porter)', 'virtual table v'],
    ['a generated column', 'ALTER TABLE notes ADD COLUMN twice AS (text || text)', 'column notes.twice'],
    ['a generated column of a table more', 'CREATE TABLE more (x, big AS (hex(zeroblob(x))))', 'column more.big'],
    ['a default that calls', 'DROP TABLE counts; CREATE TABLE counts (changed DEFAULT (hex(randomblob(9))))', 'column counts.changed'],
    ['a CHECK', 'ALTER TABLE counts ADD COLUMN x CHECK (hex(zeroblob(x)) IS NOT NULL)', 'CHECK (hex (zeroblob (x)) is not null) of counts'],
    [
      'a CHECK of the history',
      `${ownTables.replace('REAL NOT NULL', 'REAL NOT NULL CHECK (abs(duration_ms) > 0)')}`,
      'CHECK (abs (duration_ms) > 0) of tablite_history',
    ],
    ['an index on an expression', 'CREATE INDEX i ON counts (hex(zeroblob(changed)))', 'index i on counts'],
    ['an index of some rows', 'CREATE INDEX i ON counts (changed) WHERE changed IN (1, 2)', 'index i on counts'],
  ])('%s', async (_, more, label) => {
    const error = await refusal(first(more));
    expect(error).toMatchObject({ name: 'ImportError', code: 'IMPORT_FOREIGN' });
    expect(error.foreign).toContain(label);
    expect(error.message).toContain(label);
    // One that is said to be of another version, or of none, is no way around it.
    expect(await refusal(fileOf(`${FIRST} ${more}`))).toMatchObject({ code: 'IMPORT_FOREIGN' });
  });

  it('and what to do is said', async () => {
    expect((await refusal(first(STEAL))).message).toMatchInlineSnapshot(
      `"The file has code that the chain does not have, and that would run by itself: trigger steal on notes. Pass foreignObjects: 'drop' to import the file without it; 'keep' is for a file whose maker you trust."`,
    );
    expect(
      (await refusal(first('ALTER TABLE notes ADD COLUMN twice AS (text || text)'), { foreignObjects: 'drop' })).message,
    ).toMatchInlineSnapshot(
      `"The file has code that the chain does not have, and that would run by itself: column notes.twice. It is a part of a table, and cannot be dropped; 'keep' is for a file whose maker you trust."`,
    );
  });

  it('however long its name is, and however many they are', async () => {
    const views = Array.from({ length: 30 }, (_, at) => `CREATE VIEW v${at}_${'x'.repeat(5000)} AS SELECT ${at};`);
    const error = await refusal(first(views.join('')));
    expect(error.foreign).toHaveLength(30);
    expect(error.message.length).toBeLessThan(1500);
  });
});

describe('a schema that SQLite does not write is refused as damaged:', () => {
  it.each([
    ['a type in other letters', forged("type = 'TRIGGER' WHERE name = 'steal'")],
    ['a statement in other letters', forged("sql = replace(sql, 'CREATE TRIGGER', 'CREATE  TRIGGER') WHERE name = 'steal'")],
    ['a trigger for the temporary schema', forged("sql = replace(sql, 'CREATE TRIGGER', 'CREATE TEMP TRIGGER') WHERE name = 'steal'")],
    ['a statement that is a blob', forged("sql = CAST(sql AS BLOB) WHERE name = 'steal'")],
    ['a NUL in a statement', forged("sql = sql || char(0) || 'x' WHERE name = 'recent'")],
    ['a NUL in a name', forged("name = name || char(0) || 'x' WHERE name = 'steal'")],
  ])('%s', async (_, change) => {
    for (const foreignObjects of ['refuse', 'drop', 'keep'] as const)
      expect(await refusal(first(`${STEAL}; ${change}`), { foreignObjects })).toMatchObject({ code: 'IMPORT_DAMAGED' });
  });

  it('a name of another object', async () => {
    expect(await refusal(first(`${STEAL}; ${forged("tbl_name = 'stolen' WHERE name = 'steal'")}`))).toMatchObject({
      code: 'IMPORT_DAMAGED',
    });
  });

  it('a table that lies in the schema itself', async () => {
    expect(await refusal(first(`${STOLEN}; ${forged("rootpage = 1 WHERE name = 'stolen'")}`))).toMatchObject({ code: 'IMPORT_DAMAGED' });
  });
});

describe('a file with something else in the place of a table', () => {
  it('is not of the chain', async () => {
    const endless = `DROP TABLE counts; CREATE VIEW counts AS ${ENDLESS}`;
    expect(await refusal(first(endless))).toMatchObject({ code: 'IMPORT_SCHEMA' });
    expect(await refusal(first(endless), { foreignObjects: 'drop' })).toMatchObject({ code: 'IMPORT_SCHEMA' });
  });
});

describe('foreignObjects', () => {
  it("'drop' takes them away before anything runs on the file, 'keep' does not", async () => {
    const database = await chained();
    const file = first(
      `${STEAL}; CREATE VIEW endless AS ${ENDLESS}; CREATE VIRTUAL TABLE v USING fts4(x); CREATE INDEX i ON notes (hex(text))`,
    );
    await database.import(file, { foreignObjects: 'keep' });
    expect(database.values('SELECT text FROM stolen')).toEqual([['theirs']]);
    await database.import(file, { foreignObjects: 'drop' });
    expect(database.values('SELECT text FROM stolen')).toEqual([]);
    const names = database.values(
      "SELECT name FROM sqlite_schema WHERE name IN ('steal', 'endless', 'i', 'touch', 'recent') OR name LIKE 'v%'",
    );
    expect(names).toEqual([['touch'], ['recent']]);
    expect(database.values('SELECT text, color FROM notes')).toEqual([['theirs', 'white']]);
  });

  it("'drop' brings back what the chain has under the name, where the file is adopted", async () => {
    const database = await chained();
    await database.import(fileOf(`${FIRST} DROP TRIGGER touch; ${STEAL.replace('TRIGGER steal', 'TRIGGER touch')}`), {
      foreignObjects: 'drop',
    });
    await database.run("INSERT INTO notes (text) VALUES ('a')");
    await database.run("UPDATE notes SET text = 'b'");
    expect(database.values('SELECT changed FROM counts')).toEqual([[1]]);
    expect(database.values('SELECT * FROM stolen')).toEqual([]);
  });

  it("'drop' refuses what it cannot drop, by name", async () => {
    const error = await refusal(
      first(
        "CREATE VIRTUAL TABLE v USING fts4(x); PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE v USING missing(x)' WHERE name = 'v'",
      ),
      { foreignObjects: 'drop' },
    );
    expect(error.code).toBe('IMPORT_FOREIGN');
    expect(error.message).toMatchInlineSnapshot(
      `"virtual table v is foreign and cannot be dropped: no such module: missing. Drop it in the program that made the file."`,
    );
  });

  it('and maxBytes are checked', async () => {
    for (const options of [
      { foreignObjects: 'ignore' },
      { foreignObjects: null },
      { maxBytes: 0 },
      { maxBytes: Number.NaN },
      { maxBytes: '9' },
    ])
      expect(await refusal(first(''), options as ImportOptions)).toBeInstanceOf(UsageError);
  });
});

describe('a database without a chain', () => {
  it('takes the triggers and views that it has itself', async () => {
    const database = await unchained();
    const own = `CREATE TABLE notes (text); CREATE TRIGGER t AFTER INSERT ON notes BEGIN SELECT 1; END; CREATE VIEW v AS SELECT text FROM notes`;
    expect(await refusal(fileOf(own), {}, database)).toMatchObject({ code: 'IMPORT_FOREIGN', foreign: ['trigger t on notes', 'view v'] });
    await database.import(fileOf(own), { foreignObjects: 'keep' });
    await database.import(await database.export());
    expect(await refusal(fileOf(`${own}; ${STEAL}`), {}, database)).toMatchObject({ foreign: ['trigger steal on notes'] });
    await database.import(fileOf(`${own}; CREATE TABLE more (x CHECK (abs(x) > 0)); CREATE INDEX i ON notes (lower(text))`));
    expect(rowsOf(await database.export(), 'SELECT count(*) FROM sqlite_schema')).toEqual([[5]]);
  });
});

describe('the size of a file', () => {
  it('is looked at before anything else', async () => {
    const file = first('');
    const error = await refusal(file, { maxBytes: file.length - 1 });
    expect(error.code).toBe('IMPORT_TOO_LARGE');
    expect(error.message.replaceAll(String(file.length), 'N').replaceAll(String(file.length - 1), 'N-1')).toMatchInlineSnapshot(
      `"The file has N bytes (0.0 MiB), and an import takes up to N-1 (0.0 MiB). If you expect a file of that size, pass a larger maxBytes."`,
    );
    expect(await refusal(new Uint8Array(11), { maxBytes: 10 })).toMatchObject({ code: 'IMPORT_TOO_LARGE' });
    // Its bytes are never asked for.
    const large = new Proxy(new Uint8Array(1), {
      get: (bytes, key) => (key === 'length' ? 2 ** 30 : Reflect.get(Object(Symbol()), key, bytes)),
    });
    expect(await refusal(large)).toMatchObject({ code: 'IMPORT_TOO_LARGE' });
    await (await chained()).import(file, { maxBytes: file.length });
  });

  it('is not what the header says', async () => {
    const file = first('');
    new DataView(file.buffer).setUint32(28, 2 ** 31);
    expect(await refusal(file)).toMatchObject({ code: 'IMPORT_TRUNCATED' });
    new DataView(file.buffer).setUint32(28, 2);
    expect(['IMPORT_DAMAGED', 'IMPORT_FOREIGN', 'IMPORT_SCHEMA']).toContain((await refusal(file)).code);
  });
});
