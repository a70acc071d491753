import { describe, expect, it } from 'vitest';
import {
  type BindValue,
  ConflictError,
  CorruptionError,
  DataLossError,
  EngineError,
  ImportError,
  memoryStorage,
  NewerSchemaError,
  OutdatedError,
  StorageError,
  TabliteError,
} from '../../src/index.js';
import { openTestDatabase } from './open-test-database.js';
import { rejection } from './outcome.js';

const SECRET = 'sk-very-secret-7781';

/** Everything that an error says, its causes and its fields with it. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.stack, error.message, JSON.stringify({ ...error }), error.cause === undefined ? '' : saidBy(error.cause)].join('\n');
}

async function open() {
  const database = await openTestDatabase(memoryStorage());
  await database.write((tx) => {
    tx.run('CREATE TABLE parents (name TEXT PRIMARY KEY)');
    tx.run(`CREATE TABLE vault (
      name TEXT PRIMARY KEY, parent TEXT REFERENCES parents (name), size INTEGER CHECK (size < 10), body TEXT NOT NULL DEFAULT '')`);
    tx.run('CREATE TABLE exact (n INTEGER, t TEXT) STRICT');
    tx.run('CREATE VIRTUAL TABLE docs USING fts4 (body)');
    tx.run('CREATE UNIQUE INDEX idx_vault_lower ON vault (lower(body))');
    tx.run(`CREATE TRIGGER no_delete BEFORE DELETE ON vault BEGIN SELECT RAISE(ABORT, 'never delete'); END`);
    tx.run('INSERT INTO vault (name, body) VALUES (?, ?)', [SECRET, SECRET]);
  });
  return database;
}

const failing: readonly [what: string, sql: string, parameters: Record<string, BindValue> | readonly BindValue[]][] = [
  ['a primary key', 'INSERT INTO vault (name, body) VALUES (:s, :s)', { s: SECRET }],
  ['an index on an expression', 'INSERT INTO vault (name, body) VALUES (1, :s)', { s: SECRET }],
  ['a foreign key', "INSERT INTO vault (name, parent, body) VALUES ('b', :s, 'b')", { s: SECRET }],
  ['a check', "INSERT INTO vault (name, size, body) VALUES ('c', :s, 'c')", { s: SECRET }],
  ['NOT NULL', 'INSERT INTO vault (name, body) VALUES (?, ?)', [SECRET, null]],
  ['a trigger', 'DELETE FROM vault WHERE name = ?', [SECRET]],
  ['a strict type', 'INSERT INTO exact (n) VALUES (?)', [SECRET]],
  ['JSON', 'SELECT json(?)', [SECRET]],
  ['a JSON path', "SELECT json_extract('{}', ?)", [SECRET]],
  ['a LIKE without an escape', "SELECT 'a' LIKE 'a' ESCAPE ?", [SECRET]],
  ['a type that is none', 'SELECT ?', [{ secret: SECRET } as unknown as BindValue]],
  ['a name that is none', 'SELECT :a', { a: 1, b: SECRET }],
  ['a missing one', 'SELECT :a, :b', { a: SECRET }],
  ['one too many', 'SELECT ?', [1, SECRET]],
  ['an unknown table', 'INSERT INTO nowhere VALUES (?)', [SECRET]],
  ['the datatype of a rowid', 'INSERT INTO counters (id) VALUES (?)', [SECRET]],
  ['an FTS query', 'SELECT * FROM docs WHERE docs MATCH ?', [`"${SECRET} AND (`]],
];

describe('an error', () => {
  it.each(failing)('of %s says nothing of a parameter', async (_, sql, parameters) => {
    const database = await open();
    const error = await rejection(database.run(sql, parameters));
    expect(error).toBeInstanceOf(TabliteError);
    expect(saidBy(error)).not.toMatch(/secret-7781|very-secret/i);
  });

  it('of a callback is passed on as it is', async () => {
    const database = await open();
    const own = new TypeError(SECRET);
    const failed = database.write(() => {
      throw own;
    });
    expect(await rejection(failed)).toBe(own);
  });

  it('has a name, a code, and a text that says what to do', () => {
    const errors = [
      new ConflictError(200),
      new OutdatedError(3, 2),
      new NewerSchemaError(3, 2),
      new CorruptionError(['base 3', 'log 7'], '2 records are damaged'),
      new DataLossError('notes', { seq: 41 }),
      new DataLossError('notes', { seq: 41, at: 0, foundSeq: 40 }),
      new ImportError('IMPORT_EMPTY', 'as given'),
      new EngineError('ENGINE_LOAD', 'as given'),
      new StorageError('as given'),
    ];
    expect(errors.map(({ name, code, message }) => `${name} ${code}: ${message}`)).toMatchInlineSnapshot(`
      [
        "ConflictError CONFLICT: Others committed first 200 times in a row. Nothing was written: try again, write less often, or do less in one transaction.",
        "OutdatedError OUTDATED: The database is at schema version 3, and this code knows versions up to 2. Reads go on; reload the page for the newer code to write.",
        "NewerSchemaError NEWER_SCHEMA: The database is at schema version 3, and this code knows versions up to 2. Load the newer code, or open with onNewer: 'read-only'.",
        "CorruptionError CORRUPTION: 2 records are damaged (base 3, log 7). Nothing was overwritten: copy what the storage holds before you delete the database or import a backup.",
        "DataLossError DATA_LOSS: Database "notes" was here up to commit 41, and its storage is gone. Open with onDataLoss: 'restart' to begin an empty one, then import a backup.",
        "DataLossError DATA_LOSS: Database "notes" was here up to commit 41 (1970-01-01T00:00:00.000Z), and its storage ends at commit 40: what came later was lost, as in a power cut.",
        "ImportError IMPORT_EMPTY: as given",
        "EngineError ENGINE_LOAD: as given",
        "StorageError STORAGE_FAILED: as given",
      ]
    `);
  });
});
