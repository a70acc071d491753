import { beforeEach, describe, expect, it } from 'vitest';
import { type Database, type ImportError, type ImportOptions, memoryStorage, type Storage, StorageFullError } from '../../src/index.js';
import { FaultyStorage, ManualClock, never, noChannels } from '../store/fakes.js';
import { noteChain, noteScript } from './note-chain.js';
import { openTestDatabase } from './open-test-database.js';
import { outcome, rejection } from './outcome.js';
import { digestOfExport, everythingIn, fileOf, rowsOf } from './sqlite-file.js';

let storage: Storage;
let database: Database;

beforeEach(async () => {
  storage = memoryStorage();
  database = await openTestDatabase(storage, { migrations: noteChain(2), environment: { openChannel: noChannels } });
  await database.run("INSERT INTO notes (text) VALUES ('mine')");
});

/** What an import is refused with; the database is as it was, byte for byte, and goes on. */
async function refusal(bytes: Uint8Array, options?: ImportOptions): Promise<ImportError> {
  const before = [await digestOfExport(database), ...(await everythingIn(storage))];
  const error = await rejection(database.import(bytes, options));
  expect([await digestOfExport(database), ...(await everythingIn(storage))]).toEqual(before);
  await database.run("INSERT INTO notes (text) VALUES ('after')");
  return error as ImportError;
}

const whole = fileOf(`${noteScript(2)}; PRAGMA user_version = 2`);

describe('an import is refused', () => {
  it('where the bytes are not bytes', async () => {
    for (const bytes of ['SQLite format 3', [1, 2], new ArrayBuffer(512), undefined, new Blob(['x'])])
      expect(await refusal(bytes as unknown as Uint8Array)).toMatchObject({ name: 'ImportError', code: 'IMPORT_TYPE' });
    expect((await refusal(new ArrayBuffer(1) as unknown as Uint8Array)).message).toMatchInlineSnapshot(
      `"import() takes a Uint8Array with the bytes of a SQLite file. Of a Blob or File: new Uint8Array(await file.arrayBuffer())."`,
    );
  });

  it('where the file is empty', async () => {
    const error = await refusal(new Uint8Array(0));
    expect(error.code).toBe('IMPORT_EMPTY');
    expect(error.message).toMatchInlineSnapshot(`"The file is empty. Choose a SQLite file."`);
  });

  it('where it is another kind of file', async () => {
    const impossible = whole.slice();
    impossible.set([0, 3], 16);
    for (const bytes of [new Uint8Array(4096).fill(65), new Uint8Array(50), whole.subarray(0, 99), impossible])
      expect((await refusal(bytes)).code).toBe('IMPORT_NOT_A_DATABASE');
    expect((await refusal(new Uint8Array(1))).message).toMatchInlineSnapshot(
      `"The bytes are not a SQLite file: their header is another. A compressed or encrypted file has to be opened first."`,
    );
  });

  it('where it ends early', async () => {
    for (const length of [whole.length - 1, whole.length - 4096, 4096, 200])
      expect((await refusal(whole.subarray(0, length))).code).toBe('IMPORT_TRUNCATED');
    expect((await refusal(whole.subarray(0, 4096))).message).toMatchInlineSnapshot(
      `"The file ends early: it has 4096 bytes and its header promises 2 pages of 4096. Copy it again."`,
    );
  });

  it('where a page is damaged', async () => {
    const damaged = whole.slice();
    damaged.fill(0x55, 4096, 8192);
    const error = await refusal(damaged);
    expect(error.code).toBe('IMPORT_DAMAGED');
    expect(error.message).toMatchInlineSnapshot(`"The file is damaged: database disk image is malformed. Use another copy of it."`);
  });

  it('where it can be read, and its rows break the rules of their tables', async () => {
    const rules = "UPDATE sqlite_schema SET sql = replace(sql, 'text TEXT', 'text TEXT NOT NULL')";
    const broken = fileOf(
      `${noteScript(2)}; INSERT INTO notes (text) VALUES (NULL); PRAGMA user_version = 2; PRAGMA writable_schema = ON; ${rules}`,
    );
    const error = await refusal(broken);
    expect(error.code).toBe('IMPORT_DAMAGED');
    expect(error.message).toMatchInlineSnapshot(`"The file is damaged: NULL value in notes.text. Use another copy of it."`);
  });

  it('where its schema is malformed', async () => {
    const text = new TextEncoder();
    const malformed = whole.slice();
    const sql = text.encode('CREATE TABLE notes');
    const at = malformed.findIndex((_, start) => sql.every((byte, offset) => malformed[start + offset] === byte));
    malformed.set(text.encode('CREATE TABEL'), at);
    const error = await refusal(malformed);
    expect(error.code).toBe('IMPORT_DAMAGED');
    expect(error.message).toMatchInlineSnapshot(
      `"The file is damaged: malformed database schema (notes) - near "TABEL": syntax error. Use another copy of it."`,
    );
  });

  it('where it is newer than the code', async () => {
    expect(await refusal(fileOf(`${noteScript(3)}; PRAGMA user_version = 3`))).toMatchObject({
      name: 'NewerSchemaError',
      schemaVersion: 3,
      known: 2,
    });
  });

  it('where it has tables and no version, and is like none of the chain', async () => {
    expect(await refusal(fileOf('CREATE TABLE other (x)'))).toMatchObject({ name: 'AdoptError', code: 'ADOPT_UNKNOWN' });
  });

  it('where the version given is none of the chain', async () => {
    for (const schemaVersion of [0, -1, 3, 1.5, Number.NaN])
      expect((await refusal(fileOf('CREATE TABLE notes (id, text)'), { schemaVersion })).code).toBe('IMPORT_SCHEMA');
    expect((await refusal(fileOf('CREATE TABLE notes (id, text)'), { schemaVersion: 3 })).message).toMatchInlineSnapshot(
      `"schemaVersion is to be a version of this chain, 1 to 2."`,
    );
  });

  it('where its version is negative', async () => {
    expect((await refusal(fileOf(`${noteScript(1)}; PRAGMA user_version = -1`))).code).toBe('IMPORT_SCHEMA');
  });

  it('where it lacks what its version has', async () => {
    expect((await refusal(fileOf(noteScript(1)), { schemaVersion: 2 })).message).toMatchInlineSnapshot(
      `"The file says schema version 2 and is not of this chain: notes lacks column color."`,
    );
    expect((await refusal(fileOf('CREATE TABLE other (x); PRAGMA user_version = 2'))).message).toMatchInlineSnapshot(
      `"The file says schema version 2 and is not of this chain: table notes is missing."`,
    );
    expect((await refusal(fileOf('PRAGMA user_version = 2'))).code).toBe('IMPORT_SCHEMA');
  });

  it('where its history is of another chain', async () => {
    const other = await openTestDatabase(memoryStorage(), {
      migrations: noteChain(2).map(({ name, sql }) => ({ name, sql: `${sql} -- edited` })),
    });
    expect(await refusal(await other.export())).toMatchObject({ name: 'MigrationError', code: 'MIGRATION_EDITED' });
  });

  it('where its history is none', async () => {
    const error = await refusal(fileOf(`${noteScript(2)}; CREATE TABLE tablite_history (x); PRAGMA user_version = 2`));
    expect(error).toMatchObject({ name: 'ImportError', code: 'IMPORT_SCHEMA' });
    expect(error.message).toMatchInlineSnapshot(
      `"The file cannot be brought to this chain: no such column: version. It is not of this chain."`,
    );
  });

  it('where a step of the upgrade fails on it', async () => {
    const inTheWay = fileOf(`${noteScript(1)}; ALTER TABLE notes ADD COLUMN color; PRAGMA user_version = 1`);
    expect(await refusal(inTheWay)).toMatchObject({ name: 'MigrationError', code: 'MIGRATION_SQL', file: 'v002_colors.sql', line: 1 });
  });
});

describe('an import of an older file', () => {
  it('is brought to the head of the chain in the same commit', async () => {
    const faulty = new FaultyStorage(storage);
    const other = await openTestDatabase(faulty, { migrations: noteChain(2), environment: { openChannel: noChannels } });
    faulty.batches.length = 0;
    await other.import(fileOf(noteScript(1)), { schemaVersion: 1 });
    expect(faulty.batches.length).toBe(1);
    expect(other.all('SELECT text, color FROM notes')).toEqual([{ text: 'first', color: 'white' }]);
    expect(other.schemaVersion).toBe(2);
    expect(other.history.map(({ name }) => name)).toEqual(['v002_colors.sql']);
    await database.refresh();
    expect(database.all('SELECT text FROM notes')).toEqual([{ text: 'first' }]);
  });

  it('that is empty begins at the start of the chain', async () => {
    await database.import(fileOf('PRAGMA application_id = 7; VACUUM'));
    expect(database.history.map(({ version }) => version)).toEqual([1, 2]);
    expect(rowsOf(await database.export(), 'PRAGMA application_id')).toEqual([[7]]);
  });
});

describe('an import that the storage', () => {
  async function openFaulty() {
    const faulty = new FaultyStorage(storage);
    const clock = new ManualClock();
    const environment = { openChannel: noChannels, clock };
    const tab = await openTestDatabase(faulty, { migrations: noteChain(2), environment });
    return { faulty, clock, tab, image: await digestOfExport(tab), stored: await everythingIn(storage) };
  }

  it('refuses leaves everything as it was', async () => {
    const { faulty, tab, image, stored } = await openFaulty();
    faulty.onWrite = () => Promise.reject(new StorageFullError('full'));
    expect(await rejection(tab.import(whole))).toBeInstanceOf(StorageFullError);
    expect(await digestOfExport(tab)).toBe(image);
    expect(await everythingIn(storage)).toEqual(stored);
    faulty.onWrite = (_, next) => next();
    await tab.run("INSERT INTO notes (text) VALUES ('after')");
    expect(tab.values('SELECT count(*) FROM notes')).toEqual([[3]]);
  });

  it('does not answer is given up in time, and the writes that waited behind it are kept', async () => {
    const { faulty, clock, tab, image } = await openFaulty();
    faulty.onWrite = () => never();
    const importing = outcome(tab.import(whole), clock);
    expect(await importing).toMatchObject({ name: 'StorageTimeoutError' });
    faulty.onWrite = (_, next) => next();
    expect(await outcome(digestOfExport(tab), clock)).toBe(image);
  });
});
