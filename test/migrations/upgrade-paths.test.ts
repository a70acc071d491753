import { describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { expectSchema, openTestDatabase, schemaFingerprint } from '../../src/testing.js';
import { rowsOf } from '../database/sqlite-file.js';
import { engine, imageOf, openConnection } from '../engine/open-connection.js';
import facts from '../facts/vibesurf-schema.json';
import { fixtureOf, rowsByTable, type StoredRow } from '../fixtures/fixture.js';

const migrations = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

const HEAD = 8;
const versions = Array.from({ length: HEAD }, (_, index) => index + 1);
const nameOf = (version: number) => `v${String(version).padStart(3, '0')}`;
// JSON keys are texts, and every table has a version from which on it is there.
const tables = Object.entries(facts.tables as unknown as Record<string, { since: number }>);
const SCHEMA = await schemaFingerprint(await openTestDatabase({ migrations }));

/** A file of a version without rows, as the backend leaves it: the chain's SQL and `user_version`, no history. */
function emptyFile(version: number): Uint8Array {
  const connection = openConnection();
  for (const path of Object.keys(migrations).sort().slice(0, version)) connection.script(migrations[path] ?? '');
  connection.script(`PRAGMA user_version = ${version}`);
  const image = imageOf(connection);
  connection.close();
  return image;
}

/** The rows that a database of a version had, as they are after an upgrade to the head. */
function upgradedRows(table: string, version: number): readonly StoredRow[] {
  const since = tables.find(([name]) => name === table)?.[1].since ?? 0;
  if (since > version) return [];
  const rows = rowsByTable[table] ?? [];
  return table === 'tasks' && version < 2 ? rows.map((row) => ({ ...row, agent_mode: 'thinking' })) : rows;
}

function expectRows(db: Database, expected: (table: string) => readonly StoredRow[]): void {
  for (const [table] of tables) expect(db.all(`SELECT * FROM ${table} ORDER BY rowid`), table).toEqual(expected(table));
}

async function expectHead(db: Database): Promise<void> {
  expect(db.schemaVersion).toBe(HEAD);
  expect(await schemaFingerprint(db)).toBe(SCHEMA);
  expect(db.values('PRAGMA integrity_check')).toEqual([['ok']]);
}

/** A storage in which a database of an older code is. */
async function storageWith(file: Uint8Array, version: number): Promise<Storage> {
  const storage = memoryStorage();
  const older = Object.fromEntries(Object.entries(migrations).sort().slice(0, version));
  const db = await openTestDatabase({ migrations: older, storage });
  await db.import(file);
  await db.close();
  return storage;
}

describe('the fixtures', () => {
  it.each(versions)('of version %s is what the backend leaves', (version) => {
    const file = fixtureOf(nameOf(version));
    expect(rowsOf(file, 'PRAGMA user_version')).toEqual([[version]]);
    expect(rowsOf(file, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").flat()).toEqual(
      tables.flatMap(([name, { since }]) => (since <= version ? [name] : [])).sort(),
    );
    for (const [table, { since }] of tables)
      if (since <= version) expect(rowsOf(file, `SELECT count(*) FROM ${table}`), table).toEqual([[rowsByTable[table]?.length]]);
  });

  it('hold the formats that such files hold', () => {
    const file = fixtureOf('v008');
    const formats = 'SELECT length(created_at), count(*) FROM tasks GROUP BY 1 ORDER BY 1';
    expect(rowsOf(file, formats)).toEqual([
      [19, 5],
      [26, 1],
    ]);
    expect(rowsOf(file, 'SELECT typeof(temperature), temperature FROM llm_profiles ORDER BY rowid')).toEqual([
      ['real', 0.7],
      ['null', null],
      ['integer', 2],
    ]);
    expect(rowsOf(file, "SELECT count(*) FROM llm_profiles WHERE seed = 'null' OR provider_config = 'null'")).toEqual([[2]]);
    expect(rowsOf(file, 'SELECT DISTINCT typeof(is_active), is_active FROM llm_profiles ORDER BY 2')).toEqual([
      ['integer', 0],
      ['integer', 1],
    ]);
  });

  it('of the models has no version, and statuses in upper case', () => {
    const file = fixtureOf('models');
    expect(rowsOf(file, 'PRAGMA user_version')).toEqual([[0]]);
    expect(
      rowsOf(file, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' OR sql LIKE '% CHECK %' OR sql LIKE '% DEFAULT %'"),
    ).toEqual([[0]]);
    expect(rowsOf(file, 'SELECT count(*) FROM tasks WHERE status = upper(status)')).toEqual([[rowsByTable['tasks']?.length]]);
  });
});

describe('a file of the backend that is imported', () => {
  it.each(versions)('at version %s comes to the head with every value', async (version) => {
    const db = await openTestDatabase({ migrations });
    await db.import(fixtureOf(nameOf(version)));
    await expectHead(db);
    expectRows(db, (table) => upgradedRows(table, version));
  });

  it.each([0, ...versions])('at version %s comes to the head without rows', async (version) => {
    const db = await openTestDatabase({ migrations });
    await db.import(emptyFile(version));
    await expectHead(db);
    expectRows(db, () => []);
  });

  it('and was made from the models comes to the head, statuses in lower case', async () => {
    const db = await openTestDatabase({ migrations });
    await db.import(fixtureOf('models'));
    await expectHead(db);
    expectRows(db, (table) => {
      const rows = rowsByTable[table] ?? [];
      return table === 'tasks' ? rows.map((row) => ({ ...row, agent_mode: row['agent_mode'] ?? 'thinking' })) : rows;
    });
  });

  it('is exported again as a file that other readers of SQLite read', async () => {
    const db = await openTestDatabase({ migrations });
    await db.import(fixtureOf('v003'));
    const file = await db.export();
    expect(rowsOf(file, 'PRAGMA user_version')).toEqual([[HEAD]]);
    expect(rowsOf(file, 'PRAGMA integrity_check')).toEqual([['ok']]);
    for (const [table] of tables) {
      const reader = engine.detached(file);
      const [read] = reader.exec(`SELECT * FROM ${table} ORDER BY rowid`);
      reader.close();
      const rows = (read?.values ?? []).map((values) => Object.fromEntries(values.map((value, at) => [read?.columns[at], value])));
      expect(rows, table).toEqual(upgradedRows(table, 3));
    }
    const again = await openTestDatabase({ migrations });
    await again.import(file);
    await expectHead(again);
    expectRows(again, (table) => upgradedRows(table, 3));
  });
});

describe('a stored database', () => {
  it.each(versions)('of version %s comes to the head when it is opened, with every value', async (version) => {
    const storage = await storageWith(fixtureOf(nameOf(version)), version);
    const db = await openDatabase({ name: storage.name, storage, migrations });
    await expectHead(db);
    expectRows(db, (table) => upgradedRows(table, version));
    expect((await db.backups()).map(({ schemaVersion }) => schemaVersion)).toEqual(version < HEAD ? [version] : []);
    await db.close();
  });

  it.each([0, ...versions])('of version %s without rows comes to the head when it is opened', async (version) => {
    const storage = memoryStorage();
    await (await openTestDatabase({ migrations, version, storage })).close();
    const db = await openDatabase({ name: storage.name, storage, migrations });
    await expectHead(db);
    expect(db.history.map((entry) => entry.version)).toEqual(versions);
    await db.close();
  });

  it.each([0, ...versions])('stops at version %s when it is asked to', async (version) => {
    const db = await openTestDatabase({ migrations, version: 0 });
    await db.migrate({ to: version });
    expect(db.schemaVersion).toBe(version);
    await expectSchema(db, { migrations, version });
    await db.close();
  });
});
