import { describe, expect, it } from 'vitest';
import { type Database, type MigrationReference, memoryStorage, type Storage } from '../../src/index.js';
import { readChain } from '../../src/migrate/chain.js';
import { noChannels } from '../store/fakes.js';
import { noteChain } from './note-chain.js';
import { openTestDatabase } from './open-test-database.js';
import { rejection } from './outcome.js';
import { everythingIn, fileOf } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };
const FIRST = { name: 'v001_notes.sql', sql: "CREATE TABLE notes (text); INSERT INTO notes VALUES ('a');" };
const set = (version: number, text: string) => ({ name: `v00${version}_set.sql`, sql: `UPDATE notes SET text = '${text}';` });

/** What a reader sees that never lets go, whatever the outcome of `work`. */
async function seenDuring(database: Database, work: Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  let isDone = false;
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  void settled.then(() => {
    isDone = true;
  });
  while (!isDone) {
    // Whatever waits for no more than a promise comes between two of these reads.
    for (let read = 0; read < 300; read++) {
      seen.add(`${database.schemaVersion} ${database.get('SELECT text FROM notes')?.['text']}`);
      await null;
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return seen;
}

async function opened(files: readonly { name: string; sql: string }[], storage: Storage = memoryStorage()): Promise<Database> {
  await (await openTestDatabase(storage, { migrations: [FIRST], ...alone })).close();
  return openTestDatabase(storage, { migrations: files, upgrade: 'manual', ...alone });
}

describe('whoever reads while a database migrates', () => {
  it('sees the old version or the new one', async () => {
    const database = await opened([FIRST, set(2, 'b'), set(3, 'c')]);
    const seen = await seenDuring(database, database.migrate());
    expect([...seen].filter((each) => each !== '1 a' && each !== '3 c')).toEqual([]);
  });

  it('sees the old version only, if it fails', async () => {
    const database = await opened([FIRST, set(2, 'b'), set(3, 'c'), { name: 'v004_bad.sql', sql: 'INSERT INTO nowhere VALUES (1);' }]);
    expect([...(await seenDuring(database, database.migrate()))]).toEqual(['1 a']);
  });
});

/** The chain of notes as files that are loaded when needed. */
function lazyNotes(load: (name: string, sql: string) => Promise<string>): MigrationReference[] {
  const sums = readChain(noteChain(3));
  return noteChain(3).map(({ name, sql }, at) => ({ name, checksum: sums[at]?.checksum ?? '', load: () => load(name, sql) }));
}

describe('files that are loaded when needed', () => {
  it('hold nothing else up while they do not come', async () => {
    const storage = memoryStorage();
    await (await openTestDatabase(storage, { migrations: noteChain(1), ...alone })).close();
    const migrations = lazyNotes(() => new Promise(() => undefined));
    const database = await openTestDatabase(storage, { migrations, upgrade: 'manual', ...alone });
    void database.migrate();
    await database.run("INSERT INTO notes (text) VALUES ('meanwhile')");
    await database.refresh();
    expect(database.values('SELECT count(*) FROM notes')).toEqual([[2]]);
    await database.close();
  });

  it('are asked for again after they could not be had', async () => {
    let isOffline = true;
    const migrations = lazyNotes((_, sql) => (isOffline ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(sql)));
    const storage = memoryStorage();
    await (await openTestDatabase(storage, { migrations: noteChain(3), ...alone })).close();
    const database = await openTestDatabase(storage, { migrations, ...alone });
    const file = fileOf("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('filed')");
    expect(await rejection(database.import(file))).toMatchObject({ code: 'MIGRATION_LOAD' });
    isOffline = false;
    await database.import(file);
    expect(database.values('SELECT text, color FROM notes')).toEqual([['filed', 'white']]);
  });
});

describe('a version that another program has set', () => {
  it.each(['-1', '2'])('(%s) is not taken at its word', async (version) => {
    const storage = memoryStorage();
    const plain = await openTestDatabase(storage, { migrations: {}, ...alone });
    await plain.import(fileOf(`CREATE TABLE notes (who, text); INSERT INTO notes VALUES (1, 'old'); PRAGMA user_version = ${version}`));
    await plain.close();
    const before = await everythingIn(storage);
    const error = await rejection(openTestDatabase(storage, { migrations: noteChain(3), ...alone }));
    expect(error).toMatchObject({ code: version === '-1' ? 'MIGRATION_ORDER' : 'ADOPT_UNKNOWN' });
    expect(await everythingIn(storage)).toEqual(before);
  });
});

describe('an adoption', () => {
  it('does not lose rows by a trigger unseen', async () => {
    const tables = `CREATE TABLE projects (id INTEGER PRIMARY KEY, done); CREATE TABLE tasks (project);
      CREATE TRIGGER gone AFTER DELETE ON projects BEGIN DELETE FROM tasks WHERE project = OLD.id; END;`;
    const chain = [
      { name: 'v001_projects.sql', sql: `${tables} CREATE INDEX done ON projects (done);` },
      { name: 'v002_done.sql', sql: '-- migrate:adopt\nDELETE FROM projects WHERE done = 1;' },
    ];
    const storage = memoryStorage();
    const plain = await openTestDatabase(storage, { migrations: {}, ...alone });
    await plain.import(fileOf(`${tables} INSERT INTO projects VALUES (1, 1), (2, 0); INSERT INTO tasks VALUES (1), (2);`), {
      foreignObjects: 'keep',
    });
    await plain.close();
    const before = await everythingIn(storage);
    expect(await rejection(openTestDatabase(storage, { migrations: chain, ...alone }))).toMatchObject({ code: 'ADOPT_ROWS' });
    expect(await everythingIn(storage)).toEqual(before);
  });
});
