import { describe, expect, it } from 'vitest';
import { deleteDatabase, openDatabase } from '../../src/index.js';
import { counterChain, counterOf, INCREMENT, openTestDatabase, uniqueName, vibesurfChain } from './open-test-database.js';

describe('openDatabase', () => {
  it('keeps what was written, over IndexedDB', async () => {
    const name = uniqueName('open');
    const first = await openDatabase({ name, migrations: vibesurfChain });
    await first.run(
      "INSERT INTO tasks (task_id, session_id, task_description, llm_profile_name) VALUES ('t1', 's1', 'read the news', 'main')",
    );
    await first.close();
    const second = await openDatabase({ name, migrations: vibesurfChain });
    expect(second.get('SELECT task_description, status, agent_mode FROM tasks')).toEqual({
      task_description: 'read the news',
      status: 'pending',
      agent_mode: 'thinking',
    });
    expect(second.schemaVersion).toBe(8);
    expect(second.history.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(second.status).toMatchObject({ state: 'ready', persistence: 'indexeddb' });
    await second.close();
    await deleteDatabase(name);
  });

  it('shows another tab what this one wrote', async () => {
    const name = uniqueName('two-tabs');
    const [a, b] = await Promise.all([1, 2].map(() => openDatabase({ name, migrations: counterChain })));
    if (!a || !b) throw new Error('two databases');
    const heard = new Promise((resolve) => b.subscribe(['counters'], resolve));
    await a.run(INCREMENT);
    expect(await heard).toEqual({ seq: a.values('SELECT 2')[0]?.[0], tables: ['counters'], origin: 'other' });
    expect(counterOf(b)).toBe(1);
    await Promise.all([a.close(), b.close()]);
    await deleteDatabase(name);
  });

  it('counts to 1600 with 8 databases that increment 200 times each at once', async () => {
    const first = await openTestDatabase();
    const { storage } = { storage: (await import('../../src/storage/memory-storage.js')).memoryStorage() };
    const tabs = await Promise.all(Array.from({ length: 8 }, () => openTestDatabase(storage)));
    await Promise.all(
      tabs.map(async (tab) => {
        for (let n = 0; n < 200; n++) await tab.run(INCREMENT);
      }),
    );
    await Promise.all(tabs.map((tab) => tab.refresh()));
    expect(tabs.map(counterOf)).toEqual(tabs.map(() => 1600));
    await Promise.all([first, ...tabs].map((tab) => tab.close()));
  });
});
