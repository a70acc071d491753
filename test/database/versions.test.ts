import { describe, expect, it } from 'vitest';
import { type Database, memoryStorage, type OpenOptions, OutdatedError, type Storage } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { noteChain, noteScript } from './note-chain.js';
import { openTestDatabase } from './open-test-database.js';
import { latch, rejection } from './outcome.js';
import { digestOfExport, everythingIn, fileOf } from './sqlite-file.js';

/** The app as of its version `count`. */
function openBuild(count: number, storage: Storage, options: Partial<OpenOptions> = {}): Promise<Database> {
  return openTestDatabase(storage, { migrations: noteChain(count), environment: { openChannel: noChannels }, ...options });
}

const ADD = "INSERT INTO notes (text) VALUES ('old shape')";

describe('a tab with older code, once a newer one has migrated,', () => {
  it('is outdated, and reads on', async () => {
    const storage = memoryStorage();
    const old = await openBuild(1, storage);
    const states: string[] = [];
    old.onStatusChange(({ state }) => states.push(state));
    const fresh = await openBuild(2, storage);
    await old.refresh();
    expect([...new Set(states)]).toEqual(['outdated']);
    expect(old.status).toMatchObject({ state: 'outdated', error: { name: 'OutdatedError', schemaVersion: 2, known: 1 } });
    await fresh.run("INSERT INTO notes (text) VALUES ('new shape')");
    await old.refresh();
    expect(old.values('SELECT text FROM notes')).toEqual([['first'], ['new shape']]);
    expect(old.schemaVersion).toBe(2);
    expect(old.status.state).toBe('outdated');
  });

  it('writes nothing', async () => {
    const storage = memoryStorage();
    const old = await openBuild(1, storage);
    await openBuild(2, storage);
    await old.refresh();
    const before = [await digestOfExport(old), ...(await everythingIn(storage))];
    const errors = [await rejection(old.run(ADD)), await rejection(old.write((tx) => tx.run(ADD))), await rejection(old.vacuum())];
    for (const error of errors) expect(error).toBeInstanceOf(OutdatedError);
    expect((errors[0] as Error).message).toMatchInlineSnapshot(
      `"The database is at schema version 2, and this code knows versions up to 1. Reads go on; reload the page for the newer code to write."`,
    );
    expect([await digestOfExport(old), ...(await everythingIn(storage))]).toEqual(before);
  });

  it('takes back the writes that it had not stored yet, and those made before it knew', async () => {
    const storage = memoryStorage();
    const faulty = new FaultyStorage(storage);
    const old = await openBuild(1, faulty);
    const gate = latch();
    faulty.onWrite = async (_, next) => {
      await gate.wait;
      return next();
    };
    const sent = rejection(old.run(ADD));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const fresh = await openBuild(2, storage);
    const waiting = rejection(old.run(ADD));
    expect(old.values('SELECT count(*) FROM notes')).toEqual([[3]]);
    gate.open();
    expect(await Promise.all([sent, waiting])).toMatchObject([{ name: 'OutdatedError' }, { name: 'OutdatedError' }]);
    expect(old.values('SELECT count(*) FROM notes')).toEqual([[1]]);
    await fresh.refresh();
    expect(fresh.values('SELECT count(*) FROM notes')).toEqual([[1]]);
    expect(await digestOfExport(old)).toBe(await digestOfExport(fresh));
  });

  it('imports nothing', async () => {
    const storage = memoryStorage();
    const old = await openBuild(1, storage);
    await openBuild(2, storage);
    await old.refresh();
    const before = [await digestOfExport(old), ...(await everythingIn(storage))];
    expect(await rejection(old.import(fileOf(noteScript(1)), { schemaVersion: 1 }))).toBeInstanceOf(OutdatedError);
    expect([await digestOfExport(old), ...(await everythingIn(storage))]).toEqual(before);
  });

  it('imports nothing even where it learns of it during the import', async () => {
    const storage = memoryStorage();
    const old = await openBuild(1, storage);
    const fresh = await openBuild(2, storage);
    const before = await digestOfExport(fresh);
    expect(await rejection(old.import(fileOf(noteScript(1)), { schemaVersion: 1 }))).toBeInstanceOf(OutdatedError);
    await fresh.refresh();
    expect(await digestOfExport(fresh)).toBe(before);
  });

  it('exports and closes like any other', async () => {
    const storage = memoryStorage();
    const old = await openBuild(1, storage);
    const fresh = await openBuild(2, storage);
    await old.refresh();
    expect(await digestOfExport(old)).toBe(await digestOfExport(fresh));
    await old.close();
    expect(old.status.state).toBe('closed');
  });
});

describe('older code that opens a newer database', () => {
  it('is refused, and changes nothing', async () => {
    const storage = memoryStorage();
    await openBuild(3, storage);
    const before = await everythingIn(storage);
    const error = await rejection(openBuild(2, storage));
    expect(error).toMatchObject({ name: 'NewerSchemaError', code: 'NEWER_SCHEMA', schemaVersion: 3, known: 2 });
    expect((error as Error).message).toMatchInlineSnapshot(
      `"The database is at schema version 3, and this code knows versions up to 2. Load the newer code, or open with onNewer: 'read-only'."`,
    );
    expect(await everythingIn(storage)).toEqual(before);
  });

  it('may read it where it asks to', async () => {
    const storage = memoryStorage();
    await openBuild(2, storage);
    const before = await everythingIn(storage);
    const old = await openBuild(1, storage, { onNewer: 'read-only' });
    expect(old.status).toMatchObject({ state: 'outdated', error: { name: 'NewerSchemaError' } });
    expect(old.values('SELECT text, color FROM notes')).toEqual([['first', 'white']]);
    expect(await rejection(old.run(ADD))).toBeInstanceOf(OutdatedError);
    await old.refresh();
    expect(old.status.state).toBe('outdated');
    expect(await everythingIn(storage)).toEqual(before);
  });

  it('is refused in the same way where the newer code migrates at the same moment', async () => {
    for (const onNewer of ['error', 'read-only'] as const) {
      const storage = memoryStorage();
      await openBuild(1, storage);
      const faulty = new FaultyStorage(storage);
      let newer: Promise<Database> | undefined;
      faulty.onWrite = async (_, next) => {
        newer ??= openBuild(3, storage);
        await newer;
        return next();
      };
      const opening = openBuild(2, faulty, { onNewer });
      if (onNewer === 'error') expect(await rejection(opening)).toMatchObject({ name: 'NewerSchemaError', schemaVersion: 3, known: 2 });
      else expect((await opening).status).toMatchObject({ state: 'outdated', error: { name: 'NewerSchemaError' } });
    }
  });

  it('without a chain takes it as it is', async () => {
    const storage = memoryStorage();
    await openBuild(2, storage);
    const plain = await openTestDatabase(storage, { migrations: {} });
    await plain.run('PRAGMA application_id = 1');
    await plain.run("INSERT INTO notes (text) VALUES ('by hand')");
    expect(plain.status.state).toBe('ready');
    expect(plain.schemaVersion).toBe(2);
  });
});
