import type { BrowserContext } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { startFirefox } from './firefox.js';
import { Tab } from './tab.js';

const QUOTA_KB = 8_000;
const ROUNDS = 3;

describe('a Firefox that is full', () => {
  let context: BrowserContext;

  // One for each: Firefox gives the room of a deleted database back when it likes.
  beforeEach(async () => {
    const browser = await startFirefox({ 'dom.quotaManager.temporaryStorage.fixedLimit': QUOTA_KB });
    context = browser.context;
    return () => browser.close();
  });

  it('keeps nothing of a batch that does not fit', async () => {
    const tab = await Tab.open(context);
    const kept = await tab.run(async (rounds) => {
      const storage = window.tablite.indexedDbStorage('batches');
      const everything = { range: { from: [], to: ['z'] } };
      await storage.read([everything]);
      const values = (kind: string) =>
        Array.from({ length: 100 }, (_, n) => ({ key: [kind, n], value: crypto.getRandomValues(new Uint8Array(60_000)) }));
      const failures: (string | undefined)[] = [];
      await storage.write({ durability: 'relaxed', puts: [{ key: ['meta'], value: 0 }] });
      for (let round = 1; round <= rounds; round++) {
        const batch = {
          deletes: [{ from: ['meta'], to: ['meta'] }],
          puts: values('a'),
          adds: [...values('b'), { key: ['meta'], value: round }],
        };
        failures.push((await window.failureOf(() => storage.write({ durability: 'relaxed', ...batch })))?.name);
      }
      const entries = (await storage.read([everything]))[0] as unknown[];
      await storage.destroy();
      return { failures, entries: entries.length, meta: entries[0] };
    }, ROUNDS);
    expect(kept).toEqual({ failures: Array.from({ length: ROUNDS }, () => 'StorageFullError'), entries: 1, meta: 0 });
  });

  it.each([
    ['many parts', 12_000_000],
    ['one part', 40_000],
  ])('refuses writes of %s for want of room only, and takes the very next one that fits', async (name, size) => {
    const tab = await Tab.open(context);
    // A mirror would take room, too, whenever it comes to it.
    await tab.run(async (name) => {
      window.db = await window.tablite.openDatabase({ name, migrations: window.chains.counters, mirror: false });
    }, name);
    await tab.run(() => window.db.run('CREATE TABLE notes (id INTEGER PRIMARY KEY, body BLOB)'), undefined);
    const { failures, here, stored } = await tab.run(
      async ({ size, rounds }) => {
        const { db } = window;
        const failures: object[] = [];
        while (failures.length < rounds) {
          try {
            await db.run('INSERT INTO notes (body) VALUES (randomblob(?))', [size]);
          } catch (error) {
            const { name, bytes, quota } = error as Error & { bytes: number; quota: number };
            failures.push({ name, isSized: bytes > size, quota });
            await db.run('DELETE FROM notes');
          }
        }
        await db.run('INSERT INTO notes (body) VALUES (zeroblob(1000))');
        const here = db.values('SELECT * FROM notes');
        await db.close();
        const reopened = await window.tablite.openDatabase({ name: db.name, mirror: false });
        const stored = reopened.values('SELECT * FROM notes');
        await reopened.close();
        await window.tablite.deleteDatabase(db.name, { environment: { openMirrorPlace: () => undefined } });
        return { failures, here, stored };
      },
      { size, rounds: ROUNDS },
    );
    expect(failures).toEqual(Array.from({ length: ROUNDS }, () => ({ name: 'StorageFullError', isSized: true, quota: QUOTA_KB * 1024 })));
    expect(stored).toEqual(here);
  });
});
