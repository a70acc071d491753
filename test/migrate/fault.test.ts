import { describe, expect, it } from 'vitest';
import { splitScript } from '../../src/engine/script.js';
import { memoryStorage, type Storage } from '../../src/index.js';
import { openTestDatabase, vibesurfChain } from '../database/open-test-database.js';
import { rejection } from '../database/outcome.js';
import { everythingIn } from '../database/sqlite-file.js';
import { noChannels } from '../store/fakes.js';

const files = Object.entries(vibesurfChain)
  .map(([path, sql]) => ({ name: path.slice(path.lastIndexOf('/') + 1), sql }))
  .sort((a, b) => a.name.localeCompare(b.name));
const alone = { environment: { openChannel: noChannels } };
const TASK =
  "INSERT INTO tasks (task_id, session_id, task_description, status, llm_profile_name) VALUES ('t', 's', 'read the news', 'running', 'main')";

/** A storage with a database at that version, with a row from version 1 on. */
async function at(version: number): Promise<Storage> {
  const storage = memoryStorage();
  const database = await openTestDatabase(storage, { migrations: files.slice(0, version), ...alone });
  if (version > 0) await database.run(TASK);
  await database.close();
  return storage;
}

/** A chain whose statement number `statement` of all fails; undefined when it has fewer. */
function broken(statement: number): { name: string; sql: string; file: string }[] | undefined {
  let left = statement;
  for (const [index, { name, sql }] of files.entries()) {
    const { statements } = splitScript(sql);
    const hit = statements[left - 1];
    if (hit) {
      const failing = `${sql.slice(0, hit.start)}SELECT thrown_on_purpose();\n${sql.slice(hit.start)}`;
      return files.map((file, at) => ({ ...file, file: name, sql: at === index ? failing : file.sql }));
    }
    left -= statements.length;
  }
  return undefined;
}

/** How many statements the chain has up to a version. */
function statementsOf(version: number): number {
  return files.slice(0, version).reduce((sum, { sql }) => sum + splitScript(sql).statements.length, 0);
}

describe('a fault at any statement of the chain', () => {
  it.each([0, 1, 5])('leaves version %i and every byte as before', async (version) => {
    const storage = await at(version);
    const before = await everythingIn(storage);
    const done = statementsOf(version);
    let faults = 0;
    for (let statement = done + 1; ; statement++) {
      const chain = broken(statement);
      if (!chain) break;
      faults++;
      const error = await rejection(openTestDatabase(storage, { migrations: chain, ...alone }));
      expect(error).toMatchObject({ code: 'MIGRATION_SQL', file: chain[0]?.file, statement: 'SELECT thrown_on_purpose();' });
      expect(await everythingIn(storage)).toEqual(before);
    }
    expect(faults).toBe(statementsOf(8) - done);
    const database = await openTestDatabase(storage, { migrations: files, ...alone });
    expect(database.schemaVersion).toBe(8);
    expect(database.values('SELECT count(*) FROM tasks')).toEqual([[version > 0 ? 1 : 0]]);
    expect(await database.backups()).toHaveLength(version > 0 ? 1 : 0);
  });
});
