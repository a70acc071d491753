import { describe, expect, it } from 'vitest';
import { type Database, memoryStorage, type OpenOptions, type Storage } from '../../src/index.js';
import { noChannels } from '../store/fakes.js';
import { noteChain } from './note-chain.js';
import { openTestDatabase } from './open-test-database.js';
import { rejection } from './outcome.js';
import { digestOf, digestOfExport, rowsOf } from './sqlite-file.js';

const open = (count: number, storage: Storage, options: Partial<OpenOptions> = {}): Promise<Database> =>
  openTestDatabase(storage, { migrations: noteChain(count), environment: { openChannel: noChannels }, ...options });

/** A database that was at version 1, with a row of its own, and is at the head now. */
async function migrated(): Promise<{ database: Database; storage: Storage; before: string }> {
  const storage = memoryStorage();
  const old = await open(1, storage);
  await old.run("INSERT INTO notes (text) VALUES ('mine')");
  const before = await digestOfExport(old);
  await old.close();
  return { database: await open(3, storage), storage, before };
}

describe('the backup of a migration', () => {
  it('is the database as it was, by version and time', async () => {
    const { database, before } = await migrated();
    const backups = await database.backups();
    expect(backups).toEqual([
      {
        id: expect.stringMatching(/^v1-\d{4}-/),
        schemaVersion: 1,
        createdAt: expect.any(String),
        reason: 'migration',
        bytes: expect.any(Number),
      },
    ]);
    const file = await database.exportBackup(backups[0]?.id ?? '');
    expect(digestOf(file)).toBe(before);
    expect(rowsOf(file, 'SELECT text FROM notes')).toEqual([['first'], ['mine']]);
  });

  it('is not made of a new database, nor where there is nothing to do', async () => {
    const storage = memoryStorage();
    await open(3, storage);
    expect(await (await open(3, storage)).backups()).toEqual([]);
  });

  it('is not made by a migration that fails', async () => {
    const storage = memoryStorage();
    await (await open(1, storage)).close();
    await rejection(open(1, storage, { migrations: [...noteChain(1), { name: 'v002_bad.sql', sql: 'SELEC' }] }));
    expect(await (await open(1, storage)).backups()).toEqual([]);
  });

  it('stays while the database goes on, and the newest three do', async () => {
    const storage = memoryStorage();
    for (let version = 1; version <= 3; version++) {
      const database = await open(version, storage);
      await database.run('INSERT INTO notes (text) VALUES (?)', [`at ${version}`]);
      await database.close();
    }
    const chain = [...noteChain(3), ...[4, 5].map((n) => ({ name: `v00${n}_more.sql`, sql: `CREATE TABLE more_${n} (x);` }))];
    await (await open(3, storage, { migrations: chain.slice(0, 4) })).close();
    const database = await open(3, storage, { migrations: chain });
    const backups = await database.backups();
    expect(backups.map(({ schemaVersion }) => schemaVersion)).toEqual([4, 3, 2]);
    const counts = backups.map(async ({ id }) => rowsOf(await database.exportBackup(id), 'SELECT count(*) FROM notes'));
    expect(await Promise.all(counts)).toEqual([[[4]], [[4]], [[3]]]);
  });
});

describe('restoring', () => {
  it('brings the old rows and the old version back, in every tab; migrating goes on from there', async () => {
    const { database, storage } = await migrated();
    const other = await open(3, storage);
    await database.run("INSERT INTO notes (text, color) VALUES ('new shape', 'red')");
    const [backup] = await database.backups();
    await database.restore(backup?.id ?? '');
    await other.refresh();
    for (const tab of [database, other]) {
      expect(tab.schemaVersion).toBe(1);
      expect(tab.all('SELECT * FROM notes')).toEqual([
        { id: 1, text: 'first' },
        { id: 2, text: 'mine' },
      ]);
    }
    await database.migrate();
    await other.refresh();
    for (const tab of [database, other])
      expect(tab.all('SELECT text, color FROM notes WHERE id = 2')).toEqual([{ text: 'mine', color: 'white' }]);
  });

  it('can be undone by restoring again', async () => {
    const { database } = await migrated();
    await database.run("INSERT INTO notes (text, color) VALUES ('new shape', 'red')");
    const [first] = await database.backups();
    await database.restore(first?.id ?? '');
    const [undo] = await database.backups();
    expect(undo).toMatchObject({ reason: 'restore', schemaVersion: 3 });
    await database.restore(undo?.id ?? '');
    expect(database.schemaVersion).toBe(3);
    expect(database.values("SELECT color FROM notes WHERE text = 'new shape'")).toEqual([['red']]);
    expect((await database.backups()).map(({ reason }) => reason)).toEqual(['restore', 'restore', 'migration']);
  });

  it('is refused for a backup that is not there, or newer than the code', async () => {
    const { database, storage } = await migrated();
    expect(await rejection(database.restore('v9'))).toMatchObject({ name: 'BackupError', code: 'BACKUP_UNKNOWN' });
    expect(await rejection(database.exportBackup('v9'))).toMatchObject({ code: 'BACKUP_UNKNOWN' });
    expect(await rejection(database.deleteBackup('v9'))).toMatchObject({ code: 'BACKUP_UNKNOWN' });
    const [first] = await database.backups();
    await database.restore(first?.id ?? '');
    await database.close();
    const older = await open(1, storage);
    const [newer] = await older.backups();
    expect(await rejection(older.restore(newer?.id ?? ''))).toMatchObject({ name: 'BackupError', code: 'BACKUP_NEWER' });
    expect(older.schemaVersion).toBe(1);
  });
});

describe('a backup', () => {
  it('can be deleted', async () => {
    const { database } = await migrated();
    const [backup] = await database.backups();
    await database.deleteBackup(backup?.id ?? '');
    expect(await database.backups()).toEqual([]);
    expect(database.schemaVersion).toBe(3);
  });

  it('outlives an import, which makes none', async () => {
    const { database, before } = await migrated();
    await database.import(await database.export());
    const [backup, ...more] = await database.backups();
    expect(more).toEqual([]);
    expect(digestOf(await database.exportBackup(backup?.id ?? ''))).toBe(before);
  });

  it('is not touched by a tab with older code', async () => {
    const { storage } = await migrated();
    const reader = await open(1, storage, { onNewer: 'read-only' });
    const [backup] = await reader.backups();
    for (const call of [reader.restore(backup?.id ?? ''), reader.deleteBackup(backup?.id ?? '')])
      expect(await rejection(call)).toMatchObject({ code: 'OUTDATED' });
    expect(await reader.backups()).toHaveLength(1);
  });
});
