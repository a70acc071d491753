import { describe, expect, it } from 'vitest';
import { modelDrift } from '../../../src/drizzle/model-drift.js';
import { type Database, memoryStorage, openDatabase } from '../../../src/index.js';
import { checksum } from '../../../src/page/checksum.js';
import { memoryKeyStore } from '../../../src/seal/key-store.js';
import { adoptBackendSecrets } from '../../../src/vibesurf/backend/adopted-secrets.js';
import { backendKeyOf, sealBackendValue } from '../../../src/vibesurf/backend/backend-key.js';
import { fernetKey } from '../../../src/vibesurf/backend/fernet.js';
import { DatabaseManager } from '../../../src/vibesurf/database-manager.js';
import { MODELS } from '../../../src/vibesurf/models/models.js';
import { openCredential, storeCredential } from '../../../src/vibesurf/queries/credentials.js';
import { openLlmProfile } from '../../../src/vibesurf/queries/llm-profiles.js';
import { listSchedules } from '../../../src/vibesurf/queries/schedules.js';
import { listRecentTasks, saveTask } from '../../../src/vibesurf/queries/tasks.js';
import { SEALED_COLUMNS } from '../../../src/vibesurf/sealed-columns.js';
import { fixtureOf, rowsByTable } from '../../fixtures/fixture.js';
import { openManager } from '../open-manager.js';
import { backendFile } from './backend-file.js';

const MACHINE = '2c:f0:5d:9e:01:ab';
const FERNET = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const SEALED_TABLES = ['llm_profiles', 'voice_profiles', 'credentials'];

/** What a database holds, but for the columns of secrets. */
function rowsOf(manager: DatabaseManager, table: string): unknown[] {
  return manager.database.all(`SELECT * FROM ${table} ORDER BY 1`).map(({ encrypted_api_key: _, encrypted_value: __, ...row }) => row);
}

/** A file in which two secrets open with the machine's key and one with a key of its own. */
async function fileWithSecrets(): Promise<Uint8Array> {
  const machine = await backendKeyOf(MACHINE);
  const own = await fernetKey(FERNET);
  return backendFile(
    'v008',
    ["UPDATE llm_profiles SET encrypted_api_key = ? WHERE profile_name = 'Everyday'", [await sealBackendValue('sk-everyday', machine)]],
    [
      "INSERT INTO credentials (id, key_name, encrypted_value, updated_at) VALUES (?, ?, ?, '2024-01-02 03:04:05')",
      ['0b8f7c11-2a5e-4d0c-a3b4-5c6d7e8f9a0c', 'mail', await sealBackendValue('geheim 🔑', machine)],
    ],
    [
      "INSERT INTO credentials (id, key_name, encrypted_value, updated_at) VALUES (?, ?, ?, '2024-01-02 03:04:05')",
      ['0b8f7c11-2a5e-4d0c-a3b4-5c6d7e8f9a0d', 'own', await sealBackendValue('mit eigenem Schlüssel', own)],
    ],
    [
      'INSERT INTO credentials (id, key_name, encrypted_value) VALUES (NULL, ?, ?)',
      ['without id', await sealBackendValue('ohne id', machine)],
    ],
  );
}

/** Has something happen between the look at a file and the commit that puts it in place. */
function beforeImport(database: Database, happening: () => Promise<unknown>): void {
  const stock = database.import.bind(database);
  database.import = async (bytes, options) => {
    await happening();
    return stock(bytes, options);
  };
}

describe('importBackend', () => {
  it.each(['v001', 'v002', 'v003', 'v004', 'v005', 'v006', 'v007', 'v008', 'models'])('takes %s in with every row', async (name) => {
    const manager = await openManager();
    const report = await manager.importBackend(fixtureOf(name));
    expect(report).toMatchObject({ fromVersion: name === 'models' ? 0 : Number(name.slice(1)), toVersion: 8, sealed: 0 });
    expect(await manager.getDbVersion()).toBe(8);
    expect(await modelDrift(manager.database, MODELS)).toEqual([]);
    for (const [table, rows] of Object.entries(report.rowsByTable)) {
      const expected = rowsByTable[table] ?? [];
      if (rows > 0) expect(rows).toBe(expected.length);
      // What a file has of a table, with the columns that later versions add.
      if (rows > 0) expect(rowsOf(manager, table).length).toBe(expected.length);
    }
    expect(report.rowsByTable['tasks']).toBe(rowsByTable['tasks']?.length);
  });

  it('seals what the keys open, keeps the rest, and says which', async () => {
    const manager = await openManager();
    const report = await manager.importBackend(await fileWithSecrets(), { machineIds: ['00:00:00:00:00:00', MACHINE] });
    expect(report.sealed).toBe(2);
    expect(report.unopened.map(({ table }) => table).sort()).toEqual(['credentials', 'credentials', 'credentials', 'voice_profiles']);
    expect((await openCredential(manager, 'mail'))?.value).toBe('geheim 🔑');
    expect((await openLlmProfile(manager, 'Everyday'))?.apiKey).toBe('sk-everyday');
    await expect(openCredential(manager, 'own')).rejects.toMatchObject({ code: 'SEAL_FOREIGN' });
    expect(JSON.stringify(report)).not.toMatch(/geheim|sk-everyday|Z0FB/);
  });

  it('opens the rest later, with another key, and leaves everything else as it is', async () => {
    const manager = await openManager();
    await manager.importBackend(await fileWithSecrets(), { machineIds: [MACHINE] });
    const before = SEALED_TABLES.map((table) => rowsOf(manager, table));
    const adopted = await adoptBackendSecrets(manager, { fernetKey: FERNET });
    expect(adopted.sealed).toBe(1);
    expect((await openCredential(manager, 'own'))?.value).toBe('mit eigenem Schlüssel');
    expect(SEALED_TABLES.map((table) => rowsOf(manager, table))).toEqual(before);
    expect(manager.database.get("SELECT updated_at FROM credentials WHERE key_name = 'mail'")).toEqual({
      updated_at: '2024-01-02 03:04:05',
    });
    expect(await modelDrift(manager.database, MODELS)).toEqual([]);
    expect(manager.database.values("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")).toEqual([[8]]);
  });

  it('keeps the vault that is there, and what opens it', async () => {
    const [storage, keyStore] = [memoryStorage(), memoryKeyStore()];
    const manager = await openManager({ storage, vault: { keyStore } });
    await storeCredential(manager, { keyName: 'mine', value: 'x' });
    await manager.vault.setPassphrase('correct horse');
    await manager.importBackend(await fileWithSecrets(), { machineIds: [MACHINE], replace: true });
    const elsewhere = await openManager({ storage, vault: { keyStore: memoryKeyStore() } });
    await elsewhere.vault.unlock({ passphrase: 'correct horse' });
    expect((await openCredential(elsewhere, 'mail'))?.value).toBe('geheim 🔑');
  });

  it('changes nothing when the vault is locked and there is something to seal', async () => {
    const manager = await openManager();
    await manager.vault.create();
    manager.vault.lock();
    const before = checksum(await manager.database.export());
    await expect(manager.importBackend(await fileWithSecrets(), { machineIds: [MACHINE] })).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(checksum(await manager.database.export())).toBe(before);
  });

  it('replaces rows only when it is told to', async () => {
    const manager = await openManager();
    await manager.importBackend(fixtureOf('v008'));
    await expect(manager.importBackend(fixtureOf('v001'))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('tasks'),
    });
    expect((await manager.importBackend(fixtureOf('v001'), { replace: true })).rowsByTable['schedules']).toBe(0);
  });

  it("takes no table of somebody else's away unless it is told to", async () => {
    const storage = memoryStorage();
    const other = await openDatabase({
      name: 'notes',
      storage,
      migrations: [{ name: 'v001_notes.sql', sql: 'CREATE TABLE notes (text)' }],
    });
    await other.run("INSERT INTO notes VALUES ('mine')");
    const stranger = new DatabaseManager('memory:notes', { storage });
    await expect(stranger.importBackend(fixtureOf('v005'))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('notes'),
    });
    expect(other.values('SELECT text FROM notes')).toEqual([['mine']]);
    const manager = await openManager();
    await manager.database.run('CREATE TABLE my_notes (text)');
    await expect(manager.importBackend(fixtureOf('v005'))).rejects.toMatchObject({ message: expect.stringContaining('my_notes') });
  });

  it('refuses what is no database, is newer, or no key, and leaves everything as it was', async () => {
    const manager = await openManager();
    const before = checksum(await manager.database.export());
    const newer = fixtureOf('v008');
    new DataView(newer.buffer).setUint32(60, 9);
    await expect(manager.importBackend(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ name: 'ImportError' });
    await expect(manager.importBackend(newer)).rejects.toMatchObject({ name: 'NewerSchemaError' });
    await expect(manager.importBackend(fixtureOf('v008'), { fernetKey: 'no key' })).rejects.toMatchObject({ code: 'FERNET_KEY' });
    expect(checksum(await manager.database.export())).toBe(before);
  });

  it('does not replace what another tab stored while the file was looked at', async () => {
    const storage = memoryStorage();
    const [manager, other] = [await openManager({ storage }), await openManager({ storage })];
    const { database } = manager;
    beforeImport(database, () => other.session((tx) => saveTask(tx, { sessionId: 's', taskDescription: 'd', llmProfileName: 'p' })));
    await expect(manager.importBackend(fixtureOf('v008'))).rejects.toMatchObject({ code: 'USAGE' });
    expect(database.values('SELECT task_description FROM tasks')).toEqual([['d']]);
  });

  it('seals with the keys that the vault has when the file takes its place', async () => {
    const [storage, keyStore] = [memoryStorage(), memoryKeyStore()];
    const tabs = [await openManager({ storage, vault: { keyStore } }), await openManager({ storage, vault: { keyStore } })] as const;
    const [manager, other] = tabs;
    await storeCredential(manager, { keyName: 'mine', value: 'x' });
    await other.database.refresh();
    await other.unlocking;
    let changes = 0;
    beforeImport(manager.database, async () => {
      if (changes++ === 0) await other.vault.rotate(SEALED_COLUMNS);
    });
    await manager.importBackend(await fileWithSecrets(), { machineIds: [MACHINE], replace: true });
    expect(changes).toBe(2);
    await other.database.refresh();
    for (const tab of tabs) expect((await openCredential(tab, 'mail'))?.value).toBe('geheim 🔑');
  });

  it('refuses triggers that the backend does not have, or takes the file without them', async () => {
    const manager = await openManager();
    const steal = 'CREATE TRIGGER steal AFTER INSERT ON credentials BEGIN INSERT INTO stolen VALUES (NEW.encrypted_value); END';
    const file = await backendFile('v005', ['CREATE TABLE credentials (encrypted_value)'], ['CREATE TABLE stolen (x)'], [steal]);
    await expect(manager.importBackend(file)).rejects.toMatchObject({ code: 'IMPORT_FOREIGN', foreign: ['trigger steal on credentials'] });
    const whole = await backendFile('v008', ['CREATE TABLE stolen (x)'], [steal]);
    await expect(manager.importBackend(whole)).rejects.toMatchObject({ code: 'IMPORT_FOREIGN' });
    await expect(manager.importBackend(whole, { foreignObjects: 'drop', maxBytes: 9 })).rejects.toMatchObject({ code: 'IMPORT_TOO_LARGE' });
    await manager.importBackend(whole, { foreignObjects: 'drop' });
    await storeCredential(manager, { keyName: 'mail', value: 'geheim' });
    expect(manager.database.values('SELECT * FROM stolen')).toEqual([]);
  });

  it('refuses a file with a vault of its own, and says how it is imported', async () => {
    const [manager, source] = [await openManager(), await openManager()];
    await storeCredential(source, { keyName: 'mail', value: 'geheim' });
    const file = await source.export({ secrets: 'keep' });
    await expect(manager.importBackend(file)).rejects.toMatchObject({
      code: 'IMPORT_SCHEMA',
      message: expect.stringContaining('database.import'),
    });
    expect(manager.vault.state).toBe('absent');
  });

  it('reports values that another vault has sealed, and rows that cannot be sealed, as not opened', async () => {
    const key = await backendKeyOf(MACHINE);
    const file = await backendFile(
      'v008',
      ['DELETE FROM credentials'],
      [
        "INSERT INTO credentials (id, key_name, encrypted_value) VALUES ('a', 'other', 'sealed1:0123456789abcdef:AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAA')",
      ],
      ["INSERT INTO credentials (id, key_name, encrypted_value) VALUES (x'01', 'blob', ?)", [await sealBackendValue('x', key)]],
      ["INSERT INTO credentials (id, key_name, encrypted_value) VALUES ('b', 'good', ?)", [await sealBackendValue('y', key)]],
    );
    const manager = await openManager();
    const { sealed, unopened } = await manager.importBackend(file, { machineIds: [MACHINE] });
    expect(sealed).toBe(1);
    expect(
      unopened
        .filter(({ table }) => table === 'credentials')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['1', 'a']);
  });

  it('reports rows with values that are none, and takes no other row down with them', async () => {
    const file = await backendFile(
      'v008',
      ["UPDATE tasks SET started_at = 'yesterday' WHERE rowid = 1"],
      ["UPDATE tasks SET task_metadata = x'01' WHERE rowid = 2"],
      ["UPDATE schedules SET execution_count = 1.5, created_at = 'long ago' WHERE rowid = (SELECT max(rowid) FROM schedules)"],
    );
    const manager = await openManager();
    const { invalid } = await manager.importBackend(file);
    expect(invalid.map(({ table, column }) => `${table}.${column}`).sort()).toEqual([
      'schedules.created_at',
      'schedules.execution_count',
      'tasks.started_at',
      'tasks.task_metadata',
    ]);
    expect(listRecentTasks(manager.db)).toHaveLength(rowsByTable['tasks']?.length ?? 0);
    expect(listSchedules(manager.db)).toHaveLength(rowsByTable['schedules']?.length ?? 0);
  });

  it('reports JSON that does not fit its shape, and keeps it', async () => {
    const file = await backendFile('v008', ["UPDATE tasks SET task_metadata = '{\"control_history\": 5}', mcp_server_config = '{broken'"]);
    const manager = await openManager();
    const report = await manager.importBackend(file);
    const count = rowsByTable['tasks']?.length ?? 0;
    expect(report.invalid).toHaveLength(2 * count);
    expect(report.invalid).toContainEqual(
      expect.objectContaining({ table: 'tasks', column: 'task_metadata', issues: [expect.stringContaining('control_history')] }),
    );
    expect(manager.database.get('SELECT mcp_server_config FROM tasks')).toEqual({ mcp_server_config: '{broken' });
  });
});
