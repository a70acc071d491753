import { describe, expect, it } from 'vitest';
import { memoryStorage, openDatabase } from '../../../src/index.js';
import { checksum } from '../../../src/page/checksum.js';
import { SealedValue } from '../../../src/seal/sealed-value.js';
import { backendKeyOf, openBackendValue } from '../../../src/vibesurf/backend/backend-key.js';
import { fernetKey } from '../../../src/vibesurf/backend/fernet.js';
import { DatabaseManager } from '../../../src/vibesurf/database-manager.js';
import { openCredential, storeCredential } from '../../../src/vibesurf/queries/credentials.js';
import { fixtureOf } from '../../fixtures/fixture.js';
import { openManager } from '../open-manager.js';

const FERNET = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';

/** A database that came from the backend and has a secret of its own since. */
async function openFilled() {
  const manager = await openManager();
  await manager.importBackend(fixtureOf('v008'));
  await storeCredential(manager, { keyName: 'mail', value: 'geheim 🔑' });
  return manager;
}

async function read(file: Uint8Array) {
  const db = await openDatabase({ name: 'read', storage: memoryStorage() });
  await db.import(file, { foreignObjects: 'keep' });
  return db;
}

describe('exportBackend', () => {
  it('writes the schema, version and rows of the chain, and nothing of Tablite', async () => {
    const manager = await openFilled();
    const { file } = await manager.exportBackend({ fernetKey: FERNET });
    const [exported, original] = [await read(file), await read(fixtureOf('v008'))];
    const schema = 'SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name';
    expect(exported.values(schema)).toEqual(original.values(schema));
    expect(exported.schemaVersion).toBe(8);
    expect(exported.values('PRAGMA integrity_check')).toEqual([['ok']]);
    for (const table of [
      'llm_profiles',
      'tasks',
      'uploaded_files',
      'mcp_profiles',
      'voice_profiles',
      'composio_toolkits',
      'schedules',
      'workflow_skills',
    ])
      expect(exported.values(`SELECT * FROM ${table} ORDER BY 1`)).toEqual(original.values(`SELECT * FROM ${table} ORDER BY 1`));
  });

  it("encrypts secrets with the key of the backend, and leaves those alone that are the backend's still", async () => {
    const manager = await openFilled();
    const { file, ...counts } = await manager.exportBackend({ fernetKey: FERNET });
    expect(counts).toMatchObject({ encrypted: 1, dropped: 0 });
    expect(counts.foreign).toBeGreaterThan(0);
    const stored = (await read(file)).get<{ v: string }>("SELECT encrypted_value AS v FROM credentials WHERE key_name = 'mail'")?.v ?? '';
    expect(await openBackendValue(stored, [await fernetKey(FERNET)])).toBe('geheim 🔑');
    expect(SealedValue.fromText(stored).isForeign).toBe(true);
  });

  it('makes the key from the id of a machine, and comes back whole', async () => {
    const manager = await openFilled();
    const { file } = await manager.exportBackend({ machineId: 'a-machine' });
    expect(await backendKeyOf('a-machine')).toBeDefined();
    const again = await openManager();
    expect((await again.importBackend(file, { machineIds: ['a-machine'] })).sealed).toBe(1);
    expect((await openCredential(again, 'mail'))?.value).toBe('geheim 🔑');
  });

  it('leaves secrets out without a key, and says how many', async () => {
    const manager = await openFilled();
    const [sealed] = manager.database
      .values("SELECT encrypted_value FROM credentials WHERE key_name = 'mail'")
      .map(([value]) => String(value));
    const { file, ...counts } = await manager.exportBackend();
    expect(counts).toMatchObject({ encrypted: 0, dropped: 1 });
    const text = new TextDecoder('latin1').decode(file);
    expect(text).not.toContain(sealed);
    expect(text).not.toContain('sealed1:');
    expect((await read(file)).values("SELECT encrypted_value FROM credentials WHERE key_name = 'mail'")).toEqual([[null]]);
  });

  it('brings what is at an earlier version to the head of the chain', async () => {
    const manager = new DatabaseManager('memory:', { storage: memoryStorage() });
    await manager.applyMigrations(3);
    const exported = await read((await manager.exportBackend({ fernetKey: FERNET })).file);
    expect(exported.schemaVersion).toBe(8);
    expect(await manager.getDbVersion()).toBe(3);
  });

  it('takes along what the app has beside the chain', async () => {
    const manager = await openFilled();
    await manager.database.run('CREATE VIEW mine AS SELECT key_name FROM credentials');
    const { file } = await manager.exportBackend({ fernetKey: FERNET });
    expect((await read(file)).values('SELECT * FROM mine')).toContainEqual(['mail']);
  });

  it('changes nothing here', async () => {
    const manager = await openFilled();
    const before = checksum(await manager.database.export());
    await manager.exportBackend({ fernetKey: FERNET });
    expect(checksum(await manager.database.export())).toBe(before);
  });

  it('refuses no key, two keys, a locked vault, and a secret that does not open', async () => {
    const manager = await openFilled();
    await expect(manager.exportBackend({ fernetKey: 'short' })).rejects.toMatchObject({ code: 'FERNET_KEY' });
    await expect(manager.exportBackend({ fernetKey: FERNET, machineId: 'x' })).rejects.toMatchObject({ code: 'USAGE' });
    await manager.database.run("UPDATE credentials SET id = 'moved' WHERE key_name = 'mail'");
    await expect(manager.exportBackend({ fernetKey: FERNET })).rejects.toMatchObject({ code: 'SEAL_TAMPERED' });
    manager.vault.lock();
    await expect(manager.exportBackend({ fernetKey: FERNET })).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
  });
});

describe('the id of a machine', () => {
  it('is taken in each spelling of a MAC address', async () => {
    const spellings = ['2c:f0:5d:9e:01:ab', ' 2C:F0:5D:9E:01:AB\n', '2c-f0-5d-9e-01-ab'];
    const manager = await openFilled();
    for (const machineId of spellings) {
      const { file } = await manager.exportBackend({ machineId });
      const again = await openManager();
      expect((await again.importBackend(file, { machineIds: ['', ...spellings.slice(0, 1)] })).sealed).toBe(1);
    }
  });

  it('that is empty is refused where it would make a key that everybody knows', async () => {
    const manager = await openFilled();
    for (const machineId of ['', '  ']) await expect(manager.exportBackend({ machineId })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('comes in a list', async () => {
    const manager = await openManager();
    // @ts-expect-error A text is no list.
    await expect(manager.importBackend(fixtureOf('v008'), { machineIds: 'a-machine' })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
