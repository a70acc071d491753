import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { modelDrift } from '../../src/drizzle/model-drift.js';
import { EngineError, memoryStorage, openDatabase } from '../../src/index.js';
import { checksum } from '../../src/page/checksum.js';
import { memoryKeyStore } from '../../src/seal/key-store.js';
import { DatabaseManager } from '../../src/vibesurf/database-manager.js';
import { credentials } from '../../src/vibesurf/models/credential.js';
import { MODELS } from '../../src/vibesurf/models/models.js';
import { tasks } from '../../src/vibesurf/models/task.js';
import { openCredential, storeCredential } from '../../src/vibesurf/queries/credentials.js';
import { listRecentTasks, saveTask } from '../../src/vibesurf/queries/tasks.js';
import { uniqueName } from '../database/open-test-database.js';
import { engine } from '../engine/open-connection.js';
import { fixtureOf, rowsByTable } from '../fixtures/fixture.js';
import { countingKeyStore } from '../seal/open-test-vault.js';
import { openManager } from './open-manager.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const task = { sessionId: 'a2f3c1de-0b4d-4c5e-8f60-1a2b3c4d5e6f', taskDescription: 'Look', llmProfileName: 'Everyday' } as const;

describe('createTables', () => {
  it('makes the tables of the head of the chain, once', async () => {
    const manager = await openManager();
    expect(await manager.getDbVersion()).toBe(8);
    expect(await modelDrift(manager.database, MODELS)).toEqual([]);
    await manager.session((tx) => saveTask(tx, task));
    await manager.createTables();
    expect(listRecentTasks(manager.db)).toHaveLength(1);
  });

  it('from the models makes the same tables without their triggers, as version 0, which the chain adopts later', async () => {
    const storage = memoryStorage();
    const first = new DatabaseManager('memory:', { storage });
    await first.createTables({ useMigrations: false });
    expect(await first.getDbVersion()).toBe(0);
    expect(await modelDrift(first.database, MODELS)).toEqual([]);
    expect(first.database.values("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")).toEqual([[0]]);
    await first.session((tx) => saveTask(tx, task));
    await first.close();
    const second = await openManager({ storage });
    expect(await second.getDbVersion()).toBe(8);
    expect(listRecentTasks(second.db)).toHaveLength(1);
    expect(second.database.values("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")).toEqual([[8]]);
  });

  it('from the models is refused where there are tables, and changes nothing', async () => {
    const manager = await openManager();
    const before = checksum(await manager.database.export());
    await expect(manager.createTables({ useMigrations: false })).rejects.toMatchObject({ code: 'USAGE' });
    expect(checksum(await manager.database.export())).toBe(before);
  });

  it('fails when the chain does, on a database with data, and falls back to nothing', async () => {
    const storage = memoryStorage();
    const other = await openDatabase({ name: 'other', storage });
    await other.run('CREATE TABLE tasks (id INTEGER PRIMARY KEY, note TEXT)');
    await other.run("INSERT INTO tasks (note) VALUES ('mine')");
    const before = checksum(await other.export());
    const manager = new DatabaseManager('memory:', { storage });
    await expect(manager.createTables()).rejects.toMatchObject({ name: 'AdoptError' });
    await other.refresh();
    expect(checksum(await other.export())).toBe(before);
  });

  it('brings a database of an earlier version forward, with every row', async () => {
    const storage = memoryStorage();
    const old = await openDatabase({ name: 'old', storage });
    await old.import(fixtureOf('v004'), { foreignObjects: 'keep' });
    await old.close();
    const manager = new DatabaseManager('memory:', { storage });
    expect(await manager.getDbVersion()).toBe(4);
    await manager.createTables();
    expect(await manager.getDbVersion()).toBe(8);
    expect(manager.database.values('SELECT count(*) FROM tasks')).toEqual([[rowsByTable['tasks']?.length]]);
    expect(await manager.database.backups()).toHaveLength(1);
  });
});

describe('a manager', () => {
  it('stops the chain at the version that it is told', async () => {
    const manager = new DatabaseManager('memory:', { storage: memoryStorage() });
    expect(await manager.getDbVersion()).toBe(0);
    await manager.applyMigrations(5);
    expect(await manager.getDbVersion()).toBe(5);
    await manager.applyMigrations();
    expect(await manager.getDbVersion()).toBe(8);
    await expect(manager.applyMigrations(9)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('commits a session that returns and rolls back one that throws', async () => {
    const storage = memoryStorage();
    const manager = await openManager({ storage });
    await manager.session((tx) => saveTask(tx, task));
    const failing = manager.session((tx) => {
      tx.delete(tasks).run();
      throw new RangeError('no');
    });
    await expect(failing).rejects.toBeInstanceOf(RangeError);
    await manager.asyncSession(async (tx) => {
      await tx.update(tasks).set({ status: 'running' });
    });
    const failingToo = manager.asyncSession(async (tx) => {
      await tx.delete(tasks);
      throw new RangeError('no');
    });
    await expect(failingToo).rejects.toBeInstanceOf(RangeError);
    const other = await openManager({ storage });
    expect(listRecentTasks(other.db)).toMatchObject([{ taskDescription: 'Look', status: 'running' }]);
    expect(other.db.query.tasks.findFirst({ where: eq(tasks.status, 'running') }).sync()?.taskDescription).toBe('Look');
  });

  it('refuses what needs tables before there are some, and after it was closed', async () => {
    const manager = new DatabaseManager('memory:', { storage: memoryStorage() });
    expect(() => manager.db).toThrowError(expect.objectContaining({ code: 'USAGE' }));
    expect(await manager.getDbVersion()).toBe(0);
    expect(() => manager.db).toThrowError(expect.objectContaining({ code: 'USAGE' }));
    await expect(manager.session(() => 1)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(manager.exportBackend()).rejects.toMatchObject({ code: 'USAGE' });
    await manager.createTables();
    expect(manager.db).toBeDefined();
    await manager.close();
    await manager.close();
    expect(() => manager.vault).toThrowError(expect.objectContaining({ code: 'USAGE' }));
    await manager.createTables();
    expect(await manager.getDbVersion()).toBe(8);
  });

  it('drops everything only when its name confirms it, and begins anew then', async () => {
    const keyStore = countingKeyStore();
    const manager = await openManager({ vault: { keyStore } });
    await manager.session((tx) => saveTask(tx, task));
    await storeCredential(manager, { keyName: 'mail', value: 'geheim' });
    await expect(manager.dropTables({ confirm: 'yes' })).rejects.toMatchObject({ code: 'USAGE' });
    expect(listRecentTasks(manager.db)).toHaveLength(1);
    await manager.dropTables({ confirm: manager.place.name });
    expect(await manager.getDbVersion()).toBe(0);
    await manager.createTables();
    expect(listRecentTasks(manager.db)).toEqual([]);
    expect(manager.vault.state).toBe('absent');
    // A copy of the database may be in this browser under another name, and needs it.
    expect(keyStore.ids.size).toBe(1);
  });

  it("unlocks the vault that this device may open, and leaves another device's locked", async () => {
    const [storage, keyStore] = [memoryStorage(), memoryKeyStore()];
    const manager = await openManager({ storage, vault: { keyStore } });
    await storeCredential(manager, { keyName: 'mail', value: 'geheim' });
    expect((await openManager({ storage, vault: { keyStore } })).vault.state).toBe('unlocked');
    expect((await openManager({ storage, vault: { keyStore: memoryKeyStore() } })).vault.state).toBe('locked');
  });

  it('opens secrets in a tab that was there before the vault, and not where somebody locked it', async () => {
    const [storage, keyStore] = [memoryStorage(), memoryKeyStore()];
    const [one, other] = [await openManager({ storage, vault: { keyStore } }), await openManager({ storage, vault: { keyStore } })];
    await storeCredential(one, { keyName: 'mail', value: 'geheim' });
    await other.database.refresh();
    expect((await openCredential(other, 'mail'))?.value).toBe('geheim');
    await storeCredential(other, { keyName: 'web', value: 'auch geheim' });
    other.vault.lock();
    await expect(openCredential(other, 'mail')).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    await one.database.refresh();
    expect((await openCredential(one, 'web'))?.value).toBe('auch geheim');
  });

  it('stores first secrets that come at once', async () => {
    const manager = await openManager();
    await Promise.all(['a', 'b', 'c'].map((keyName) => storeCredential(manager, { keyName, value: keyName })));
    expect(await Promise.all(['a', 'b', 'c'].map(async (name) => (await openCredential(manager, name))?.value))).toEqual(['a', 'b', 'c']);
  });

  it('opens the rest of a database whose vault is damaged', async () => {
    const storage = memoryStorage();
    const manager = await openManager({ storage });
    await storeCredential(manager, { keyName: 'mail', value: 'geheim' });
    await manager.database.run("UPDATE tablite_keys SET keyring = 'no keyring'");
    const later = await openManager({ storage });
    expect(listRecentTasks(later.db)).toEqual([]);
    await expect(openCredential(later, 'mail')).rejects.toMatchObject({ code: 'VAULT_DAMAGED' });
  });

  it('reads a newer database where it is told to, and lets nobody write', async () => {
    const storage = memoryStorage();
    const manager = await openManager({ storage });
    await manager.session((tx) => saveTask(tx, task));
    const file = await manager.database.export();
    new DataView(file.buffer).setUint32(60, 9);
    const newer = await openDatabase({ name: 'newer', storage });
    await newer.import(file, { foreignObjects: 'keep' });
    await newer.close();
    await expect(new DatabaseManager('memory:', { storage }).createTables()).rejects.toMatchObject({ code: 'NEWER_SCHEMA' });
    const reader = new DatabaseManager('memory:', { storage, onNewer: 'read-only' });
    await reader.createTables();
    expect(listRecentTasks(reader.db)).toHaveLength(1);
    await expect(reader.session((tx) => saveTask(tx, task))).rejects.toMatchObject({ code: 'OUTDATED' });
  });

  it('exports secrets sealed, or no byte of them', async () => {
    const manager = await openManager();
    const secret = 'sk-this-is-the-secret-0123456789';
    await storeCredential(manager, { keyName: 'mail', value: secret });
    const [stored] = manager.database.values('SELECT encrypted_value FROM credentials').map(([value]) => String(value));
    const kept = textOf(await manager.export({ secrets: 'keep' }));
    const dropped = textOf(await manager.export({ secrets: 'drop' }));
    expect(kept).toContain(stored);
    expect(kept).not.toContain(secret);
    for (const part of stored?.split(':') ?? []) if (part !== 'sealed1') expect(dropped).not.toContain(part);
    expect(dropped).not.toContain('tablite_keys');
    expect(dropped).toContain('mail');
    // @ts-expect-error It has to be said.
    await expect(manager.export({})).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('takes a sealed value of the wrong kind neither in types nor at run time', async () => {
    const manager = await openManager();
    // @ts-expect-error A plain text is no sealed value.
    const plain = manager.session((tx) => tx.insert(credentials).values({ keyName: 'x', encryptedValue: 'geheim' }).run());
    await expect(plain).rejects.toMatchObject({ code: 'COLUMN_SEALED' });
  });

  it.runIf(isNode)('has no IndexedDB in Node unless one is given, and says so', async () => {
    const idb = globalThis.indexedDB;
    Reflect.deleteProperty(globalThis, 'indexedDB');
    try {
      await expect(new DatabaseManager('idb:vibesurf').createTables()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    } finally {
      globalThis.indexedDB = idb;
    }
  });

  it('keeps a database in IndexedDB under the name of its address', async () => {
    const url = `idb:${uniqueName('manager')}`;
    const first = new DatabaseManager(url);
    await first.createTables();
    await first.session((tx) => saveTask(tx, task));
    await first.close();
    const second = new DatabaseManager(url);
    await second.createTables();
    expect(listRecentTasks(second.db)).toHaveLength(1);
    await second.close();
    await second.createTables();
    expect(listRecentTasks(second.db)).toHaveLength(1);
    await second.close();
    await second.dropTables({ confirm: second.place.name });
    expect(await second.getDbVersion()).toBe(0);
    await second.dropTables({ confirm: second.place.name });
  });

  it('opens when it could not at first, and when it was closed while it opened', async () => {
    let isReachable = false;
    const loadEngine = () => (isReachable ? Promise.resolve(engine) : Promise.reject(new EngineError('ENGINE_LOAD', 'offline')));
    const manager = new DatabaseManager(`idb:${uniqueName('again')}`, { environment: { loadEngine } });
    await expect(manager.createTables()).rejects.toMatchObject({ code: 'ENGINE_LOAD' });
    isReachable = true;
    const opening = manager.createTables().catch((thrown: unknown) => thrown);
    await manager.close();
    expect(() => manager.db).toThrowError(expect.objectContaining({ code: 'USAGE' }));
    await manager.createTables();
    await manager.session((tx) => saveTask(tx, task));
    await opening;
    expect(listRecentTasks(manager.db)).toHaveLength(1);
    await manager.dropTables({ confirm: manager.place.name });
  });

  it('can be opened anew when another tab has dropped everything', async () => {
    const storage = memoryStorage();
    const [one, other] = [await openManager({ storage }), await openManager({ storage })];
    await one.dropTables({ confirm: one.place.name });
    expect(() => other.db).toThrowError(expect.objectContaining({ code: 'USAGE' }));
    await other.createTables();
    expect(listRecentTasks(other.db)).toEqual([]);
  });

  it.runIf(!isNode)('refuses a folder in a page', async () => {
    await expect(new DatabaseManager('file:data').createTables()).rejects.toMatchObject({ code: 'DATABASE_URL_NODE' });
  });
});

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
