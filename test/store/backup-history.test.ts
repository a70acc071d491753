import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vacuumed } from '../../src/database/vacuum.js';
import { ClosedError } from '../../src/errors/database-error.js';
import { BackupError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { foldTo } from '../../src/store/fold-step.js';
import type { Store } from '../../src/store/store.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { engine } from '../engine/open-connection.js';
import { fakeChannels, ManualClock, noChannels, takeTurns } from './fakes.js';
import { openStore, run } from './open-store.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const SCHEMA = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body); CREATE INDEX bodies ON notes (body)';

/** What a write does. */
const SQL: Readonly<Record<string, (size: number) => string>> = {
  grow: (size) => `INSERT INTO notes (body) VALUES (randomblob(${size}))`,
  change: (size) => `UPDATE notes SET body = randomblob(${Math.min(size, 900)}) WHERE rowid % 3 = ${size % 3}`,
  thin: () => 'DELETE FROM notes WHERE rowid % 2 = 0',
  empty: () => 'DELETE FROM notes',
  create: (size) => `CREATE TABLE IF NOT EXISTS extra_${size % 3} (x)`,
  drop: (size) => `DROP TABLE IF EXISTS extra_${size % 3}`,
};

const step = fc.record({
  tab: fc.nat({ max: 2 }),
  action: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...Object.keys(SQL)) },
    { weight: 6, arbitrary: fc.constantFrom('back up', 'fold', 'vacuum', 'wait') },
    { weight: 3, arbitrary: fc.constantFrom('delete', 'read', 'reopen', 'await everything') },
    { weight: 3, arbitrary: fc.constantFrom('restore', 'import') },
  ),
  size: fc.constantFrom(10, 101, 3002, 40_000, 90_001),
});

function fileOf(pageSize: number): Uint8Array {
  const file = engine.detached(engine.emptyImage);
  file.exec(`PRAGMA page_size = ${pageSize}; VACUUM; ${SCHEMA}; INSERT INTO notes (body) VALUES (randomblob(70000))`);
  const bytes = file.export();
  file.close();
  return bytes;
}

/** A checksum of everything but the schema cookie, which is never the same twice. */
function sumOf(image: Uint8Array): number {
  const copy = image.slice();
  copy.fill(0, 40, 44);
  return checksum(copy);
}

function checkFile(image: Uint8Array): void {
  const file = engine.detached(image);
  expect(file.exec('PRAGMA integrity_check')[0]?.values).toEqual([['ok']]);
  file.close();
}

describe('backups of a database that several tabs write', () => {
  it('stay byte for byte what they were, and restoring one gives exactly it', async () => {
    const history = fc.asyncProperty(
      fc.boolean(),
      fc.constantFrom(512, 4096, 65_536),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (hasHints, pageSize, steps) => {
        const storage = memoryStorage();
        const openChannel = hasHints ? fakeChannels() : noChannels;
        const open = () => openStore(storage, { environment: { openChannel } });
        const tabs = [await open(), await open(), await open()] as [Store, Store, Store];
        await tabs[0].replace(fileOf(pageSize));
        await Promise.all(tabs.map((tab) => tab.refresh()));
        // Backups of steps are told apart by the version that their note says, those of restores by their id.
        const sumByVersion = new Map<number, number>();
        const sumById = new Map<string, number>();
        const running: Promise<unknown>[] = [];
        // The backup by another tab, or the tab itself while it was at it.
        const unlessGone = (cause: unknown) => {
          if (!(cause instanceof BackupError || cause instanceof ClosedError)) throw cause;
          return undefined;
        };
        const check = async (tab: Store) => {
          for (const { id, schemaVersion, bytes } of (await tab.backups().catch(unlessGone)) ?? []) {
            const image = await tab.readBackup(id).catch(unlessGone);
            if (!image) continue;
            expect([id, image.length, checksum(image)]).toEqual([id, bytes, sumById.get(id) ?? sumByVersion.get(schemaVersion)]);
            checkFile(image);
          }
        };
        const backUp = (tab: Store, version: number, size: number) =>
          tab.steps(
            'strict',
            async (connection) => {
              sumByVersion.set(version, checksum(connection.file.image(connection.header.pageCount)));
              connection.script(`INSERT INTO notes (body) VALUES (randomblob(${size}))`);
              if (size % 2 === 0) await takeTurns();
              connection.script(`CREATE TABLE IF NOT EXISTS stepped_${size % 3} (x)`);
            },
            { backup: () => ({ reason: 'migration', schemaVersion: version }) },
          );
        const restore = async (tab: Store, size: number) => {
          await Promise.all(running.splice(0));
          await tab.refresh();
          const all = await tab.backups();
          const { id } = all[size % Math.max(1, all.length)] ?? {};
          if (id === undefined) return;
          const [wanted, present] = [await tab.readBackup(id), await tab.export()];
          await tab.restore(id);
          expect(sumOf(await tab.export())).toBe(sumOf(wanted));
          const undo = (await tab.backups())[0]?.id ?? '';
          sumById.set(undo, checksum(present));
          if (size % 2 === 0) return;
          const restored = await tab.export();
          await tab.restore(undo);
          expect(sumOf(await tab.export())).toBe(sumOf(present));
          sumById.set((await tab.backups())[0]?.id ?? '', checksum(restored));
        };
        for (const [at, { tab: which, action, size }] of steps.entries()) {
          const tab = tabs[which] as Store;
          const sql = SQL[action];
          if (sql) running.push(run(tab, sql(size)));
          else if (action === 'back up') running.push(backUp(tab, 1000 + at, size));
          else if (action === 'fold')
            running.push(foldTo(new WatchedStorage(storage, new ManualClock()), Math.max(0, tab.seq - (size % 4))));
          else if (action === 'vacuum') {
            const vacuum = tab.change('strict', ({ connection }) => {
              connection.replacePages(vacuumed(engine, connection));
              return { result: undefined, tables: [] };
            });
            running.push(vacuum);
          } else if (action === 'delete') {
            const deletion = tab.backups().then((all) => all[size % 3] && tab.deleteBackup(all[size % 3]?.id ?? ''));
            running.push(deletion.catch(unlessGone));
          } else if (action === 'read') running.push(check(tab));
          else if (action === 'restore') await restore(tab, size);
          else if (action === 'import') running.push(tab.replace(fileOf(size > 3000 ? 1024 : 4096)));
          else if (action === 'reopen') {
            tabs[which] = await open();
            running.push(tab.close());
          } else {
            if (action === 'await everything') await Promise.all(running.splice(0));
            await takeTurns();
          }
        }
        await Promise.all(running);
        const sums = new Set<number>();
        for (const tab of [...tabs, await open()]) {
          await tab.refresh();
          await check(tab);
          const image = await tab.export();
          checkFile(image);
          sums.add(checksum(image));
          await tab.close();
        }
        expect(sums.size).toBe(1);
      },
    );
    await fc.assert(history, { numRuns: isNode ? 60 : 8 });
  }, 240_000);
});
