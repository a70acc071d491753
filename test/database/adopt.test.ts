import { describe, expect, it } from 'vitest';
import { memoryStorage, type Storage } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { noteChain, noteScript } from './note-chain.js';
import { openTestDatabase, vibesurfChain } from './open-test-database.js';
import { rejection } from './outcome.js';
import { digestOf, everythingIn, fileOf, rowsOf } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };

/** A storage with a database that was made without a chain. */
async function made(script: string): Promise<Storage> {
  const storage = memoryStorage();
  const plain = await openTestDatabase(storage, { migrations: {}, ...alone });
  await plain.import(fileOf(script), { foreignObjects: 'keep' });
  await plain.close();
  return storage;
}

describe('a database that was made without the chain', () => {
  it.each([1, 2, 3])('and is like version %i, goes on from there, as one strict commit with a backup', async (version) => {
    const file = fileOf(noteScript(version));
    const storage = new FaultyStorage(memoryStorage());
    await (
      await openTestDatabase(storage, { migrations: {}, ...alone }).then(async (plain) => {
        await plain.import(file);
        return plain;
      })
    ).close();
    storage.batches.length = 0;
    const database = await openTestDatabase(storage, { migrations: noteChain(3), ...alone });
    expect(storage.commits.map(({ durability }) => durability)).toEqual(['strict']);
    expect(database.schemaVersion).toBe(3);
    expect(database.history.map((entry) => entry.version)).toEqual([1, 2, 3].slice(version));
    expect(database.values('SELECT text, color FROM notes')).toEqual([['first', 'white']]);
    const [backup] = await database.backups();
    expect(backup).toMatchObject({ schemaVersion: 0, reason: 'migration' });
    expect(rowsOf(await database.exportBackup(backup?.id ?? ''), 'PRAGMA user_version')).toEqual([[0]]);
    expect(digestOf(await database.exportBackup(backup?.id ?? ''))).toBe(digestOf(file));
  });

  it('is planned before it is changed', async () => {
    const storage = await made(noteScript(2));
    const database = await openTestDatabase(storage, { migrations: noteChain(3), upgrade: 'manual', ...alone });
    const before = await everythingIn(storage);
    expect(String(await database.plan())).toMatchInlineSnapshot(`
      "From version 0 to 3:
        2  adopted, as it is
        3  v003_tags.sql"
    `);
    expect(await everythingIn(storage)).toEqual(before);
    const steps: unknown[] = [];
    await database.migrate({ onProgress: ({ name, version, index, total }) => steps.push([name, version, index, total]) });
    expect(steps).toEqual([
      ['adoption', 2, 1, 2],
      ['v003_tags.sql', 3, 2, 2],
    ]);
    expect(database.schemaVersion).toBe(3);
  });

  it('and is like no version, is refused with what is different, and is as it was', async () => {
    const storage = await made('CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, extra TEXT);');
    const before = await everythingIn(storage);
    const error = await rejection(openTestDatabase(storage, { migrations: noteChain(3), ...alone }));
    expect(error).toMatchObject({ name: 'AdoptError', code: 'ADOPT_UNKNOWN', closest: 1 });
    expect(error).toMatchInlineSnapshot(
      `[AdoptError: The database was made without this chain and is like no version of it. Compared with version 1, the closest: notes lacks column text; notes.title is not expected; notes.extra is not expected. Change the file so that it fits, or import it with schemaVersion if you know which version it is.]`,
    );
    expect(await everythingIn(storage)).toEqual(before);
  });

  it('and whose rows do not fit, is refused, and is as it was', async () => {
    const storage = await made('CREATE TABLE scores (id INTEGER PRIMARY KEY, score INTEGER); INSERT INTO scores (score) VALUES (-1), (5);');
    const chain = [{ name: 'v001_scores.sql', sql: 'CREATE TABLE scores (id INTEGER PRIMARY KEY, score INTEGER CHECK (score >= 0));' }];
    const before = await everythingIn(storage);
    const error = await rejection(openTestDatabase(storage, { migrations: chain, ...alone }));
    expect(error).toMatchObject({ name: 'AdoptError', code: 'ADOPT_ROWS', closest: 1 });
    expect(error).toMatchInlineSnapshot(
      `[AdoptError: The database was made without this chain, and its rows do not fit version 1, which it is like: CHECK constraint failed: score >= 0. Correct the rows in the file, or add statements that do to a file of the chain marked "-- migrate:adopt".]`,
    );
    expect(await everythingIn(storage)).toEqual(before);
  });

  it('is adopted when it comes as a file, too', async () => {
    const database = await openTestDatabase(memoryStorage(), { migrations: noteChain(3), ...alone });
    await database.import(fileOf(`${noteScript(2)}; INSERT INTO notes (text, color) VALUES ('filed', 'red')`));
    expect(database.schemaVersion).toBe(3);
    expect(database.values('SELECT text, color FROM notes')).toEqual([
      ['first', 'white'],
      ['filed', 'red'],
    ]);
  });

  it('has its data mended by the files that say so, before its tables are', async () => {
    const storage = await made(`
      CREATE TABLE tasks (task_id VARCHAR(36) NOT NULL PRIMARY KEY, session_id VARCHAR(36) NOT NULL, task_description TEXT NOT NULL,
        status VARCHAR(9) NOT NULL, llm_profile_name VARCHAR(100) NOT NULL, upload_files_path VARCHAR(500), workspace_dir VARCHAR(500),
        mcp_server_config TEXT, agent_mode VARCHAR(50) NOT NULL, task_result TEXT, error_message TEXT, report_path VARCHAR(500),
        created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, started_at DATETIME, completed_at DATETIME, task_metadata JSON);
      INSERT INTO tasks (task_id, session_id, task_description, status, llm_profile_name, agent_mode, created_at, updated_at)
      VALUES ('t1', 's1', 'read', 'COMPLETED', 'main', 'thinking', '2025-01-02 03:04:05.678901', '2025-01-02 03:04:05');
      CREATE TABLE llm_profiles (profile_id VARCHAR(36) NOT NULL PRIMARY KEY, profile_name VARCHAR(100) NOT NULL UNIQUE, provider VARCHAR(50) NOT NULL,
        model VARCHAR(100) NOT NULL, base_url VARCHAR(500), encrypted_api_key TEXT, temperature JSON, max_tokens JSON, top_p JSON,
        frequency_penalty JSON, seed JSON, provider_config JSON, description TEXT, is_active BOOLEAN NOT NULL, is_default BOOLEAN NOT NULL,
        created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, last_used_at DATETIME);
      CREATE TABLE uploaded_files (file_id VARCHAR(36) NOT NULL PRIMARY KEY, original_filename VARCHAR(255) NOT NULL, stored_filename VARCHAR(255) NOT NULL,
        file_path TEXT NOT NULL, session_id VARCHAR(255), file_size BIGINT NOT NULL, mime_type VARCHAR(100) NOT NULL, upload_time DATETIME NOT NULL,
        relative_path TEXT NOT NULL, is_deleted BOOLEAN NOT NULL, deleted_at DATETIME);
      CREATE TABLE mcp_profiles (mcp_id VARCHAR(36) NOT NULL PRIMARY KEY, display_name VARCHAR(100) NOT NULL UNIQUE, mcp_server_name VARCHAR(100) NOT NULL UNIQUE,
        mcp_server_params JSON NOT NULL, description TEXT, is_active BOOLEAN NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, last_used_at DATETIME);`);
    const database = await openTestDatabase(storage, { migrations: vibesurfChain, ...alone });
    expect(database.schemaVersion).toBe(8);
    expect(database.all('SELECT task_id, status, agent_mode, created_at FROM tasks')).toEqual([
      { task_id: 't1', status: 'completed', agent_mode: 'thinking', created_at: '2025-01-02 03:04:05.678901' },
    ]);
    const fresh = await openTestDatabase(memoryStorage(), { migrations: vibesurfChain, ...alone });
    const objects = "SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, 2";
    expect(database.values(objects)).toEqual(fresh.values(objects));
  });
});
