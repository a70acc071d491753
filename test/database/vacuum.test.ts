import { describe, expect, it } from 'vitest';
import { type Database, memoryStorage, type Storage, StorageFullError } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { counterOf, INCREMENT, openTestDatabase } from './open-test-database.js';
import { rejection } from './outcome.js';
import { counterFile, digestOfExport, everythingIn, rowsOf } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };
const BLOBS = 60;

/** A database most of whose pages are free. */
async function openWasteful(storage: Storage = memoryStorage()): Promise<Database> {
  const database = await openTestDatabase(storage, alone);
  await database.write((tx) => {
    tx.run('CREATE TABLE blobs (id INTEGER PRIMARY KEY, body BLOB)');
    for (let id = 1; id <= BLOBS; id++) tx.run('INSERT INTO blobs VALUES (?, ?)', [id, new Uint8Array(4000).fill(id)]);
  });
  await database.run('DELETE FROM blobs WHERE id % 10 <> 0');
  return database;
}

const blobs = (database: Database) => database.values('SELECT id, length(body), substr(hex(body), 1, 2) FROM blobs');

describe('a vacuum', () => {
  it('after a schema change that was rolled back, in which an ALTER had failed, has the schema that was there before', async () => {
    const database = await openWasteful();
    await database.run('CREATE TABLE other (a, b)');
    const failed = database.write((tx) => {
      tx.run('DROP TABLE blobs');
      const part = tx.savepoint();
      expect(() => tx.run('ALTER TABLE other RENAME COLUMN b TO a')).toThrow(/duplicate column/);
      expect(() => tx.run('ALTER TABLE other RENAME TO other')).toThrow(/already another table/);
      part.release();
      throw new RangeError('the app changed its mind');
    });
    expect(await rejection(failed)).toBeInstanceOf(RangeError);
    await database.vacuum();
    expect(blobs(database)).toHaveLength(BLOBS / 10);
  });

  it('gives the free pages back and keeps the rows', async () => {
    const database = await openWasteful();
    const [rows, before] = [blobs(database), await database.export()];
    await database.vacuum();
    const after = await database.export();
    expect(after.length).toBeLessThan(before.length / 3);
    expect(blobs(database)).toEqual(rows);
    expect(database.values('PRAGMA freelist_count')).toEqual([[0]]);
    expect(database.schemaVersion).toBe(1);
    expect(rowsOf(after, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });

  it('is followed by other tabs, and all of them write on', async () => {
    const storage = memoryStorage();
    const here = await openWasteful(storage);
    const there = await openTestDatabase(storage, alone);
    const rows = blobs(there);
    await here.vacuum();
    await there.refresh();
    expect(await digestOfExport(there)).toBe(await digestOfExport(here));
    await there.run('INSERT INTO blobs VALUES (1000, zeroblob(9000))');
    await here.run(INCREMENT);
    await there.refresh();
    for (const database of [here, there, await openTestDatabase(storage, alone)]) {
      expect(blobs(database)).toEqual([...rows, [1000, 9000, '00']]);
      expect(counterOf(database)).toBe(1);
      expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
    }
  });

  it('is not taken for an older schema by a tab or a base that has not seen the changes before it', async () => {
    const storage = memoryStorage();
    const here = await openTestDatabase(storage, alone);
    await here.import(counterFile(7));
    const there = await openTestDatabase(storage, alone);
    expect(counterOf(there)).toBe(7);
    await here.write((tx) => {
      tx.run('CREATE TABLE later (x)');
      tx.run('ALTER TABLE counters RENAME COLUMN value TO amount');
    });
    await here.vacuum();
    await there.refresh();
    for (const database of [there, await openTestDatabase(storage, alone)]) {
      expect(database.values('SELECT amount FROM counters, (SELECT count(*) FROM later)')).toEqual([[7]]);
      await database.run('INSERT INTO later VALUES (1)');
      expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
    }
  });

  it('tells the subscribers of every tab', async () => {
    const storage = memoryStorage();
    const here = await openWasteful(storage);
    const there = await openTestDatabase(storage, alone);
    const heard: string[] = [];
    here.subscribe('all', () => heard.push('here'));
    there.subscribe('all', () => heard.push('there'));
    await here.vacuum();
    await there.refresh();
    expect(heard).toEqual(['here', 'there']);
  });

  it('that loses to another tab is done again on the newer state', async () => {
    const storage = memoryStorage();
    const here = await openWasteful(storage);
    const there = await openTestDatabase(storage, alone);
    await there.run('INSERT INTO blobs VALUES (1000, zeroblob(20000))');
    await there.run(INCREMENT);
    await here.vacuum();
    expect(here.values('PRAGMA freelist_count')).toEqual([[0]]);
    expect(blobs(here).at(-1)).toEqual([1000, 20_000, '00']);
    await there.refresh();
    expect(await digestOfExport(there)).toBe(await digestOfExport(here));
  });

  it('goes together with the writes around it', async () => {
    const storage = memoryStorage();
    const database = await openWasteful(storage);
    await Promise.all([database.run(INCREMENT), database.vacuum(), database.run(INCREMENT), database.run('CREATE TABLE extra (x)')]);
    const reopened = await openTestDatabase(storage, alone);
    expect(counterOf(reopened)).toBe(2);
    expect(reopened.values('PRAGMA integrity_check')).toEqual([['ok']]);
    expect(await digestOfExport(reopened)).toBe(await digestOfExport(database));
  });

  it('that cannot be stored leaves everything as it was', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openWasteful(faulty);
    const before = [await digestOfExport(database), ...(await everythingIn(faulty))];
    faulty.onWrite = () => Promise.reject(new StorageFullError('full'));
    expect(await rejection(database.vacuum())).toBeInstanceOf(StorageFullError);
    expect([await digestOfExport(database), ...(await everythingIn(faulty))]).toEqual(before);
    expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
    faulty.onWrite = (_, next) => next();
    await database.run('INSERT INTO blobs VALUES (1000, zeroblob(9000))');
    expect(await digestOfExport(await openTestDatabase(faulty, alone))).toBe(await digestOfExport(database));
  });
});
