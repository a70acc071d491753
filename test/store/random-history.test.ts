import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AsyncTransaction,
  ClosedError,
  ConflictError,
  type Database,
  StorageError,
  StorageFullError,
  StorageTimeoutError,
  type Transaction,
  UnknownOutcomeError,
} from '../../src/index.js';
import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { engine } from '../engine/open-connection.js';
import { FaultyStorage, fakeChannels, noChannels, takeTurns } from './fakes.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const SCHEMA = 'CREATE TABLE writes (id INTEGER PRIMARY KEY, body); CREATE INDEX bodies ON writes (body); CREATE TABLE ballast (body)';
const migrations = [{ name: 'v001_writes.sql', sql: SCHEMA }];

/** What a write does beside its own row: it grows and shrinks the file, changes the schema, or fails. */
const CHANGES: Readonly<Record<string, (tx: Transaction, size: number) => unknown>> = {
  nothing: () => undefined,
  grow: (tx, size) => tx.run('INSERT INTO ballast VALUES (randomblob(?))', [size]),
  thin: (tx) => tx.run('DELETE FROM ballast WHERE rowid % 2 = 0'),
  empty: (tx) => tx.run('DELETE FROM ballast'),
  create: (tx, size) => tx.run(`CREATE TABLE IF NOT EXISTS extra_${size % 3} (x)`),
  drop: (tx, size) => tx.run(`DROP TABLE IF EXISTS extra_${size % 3}`),
  fail: (tx) => {
    tx.run('INSERT INTO ballast SELECT zeroblob(30) FROM writes');
    throw new RangeError('the app changed its mind');
  },
};

const step = fc.record({
  tab: fc.nat({ max: 2 }),
  action: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...Object.keys(CHANGES)) },
    { weight: 3, arbitrary: fc.constantFrom('vacuum', 'refresh', 'export', 'reopen') },
    { weight: 4, arbitrary: fc.constantFrom('wait', 'await everything') },
  ),
  size: fc.constantFrom(10, 100, 3000, 40_000, 90_000),
  isAsync: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 4, arbitrary: fc.constant(false) }),
});

/** A storage that fails, delays and loses answers as the numbers say, while `isFaulty` does. */
function unreliable(inner: Storage, dice: Iterator<number>, isFaulty: () => boolean): Storage {
  const storage = new FaultyStorage(inner);
  const roll = () => (isFaulty() ? Number(dice.next().value) : 99);
  storage.onWrite = async (_, next) => {
    const fate = roll();
    if (fate < 8) throw new StorageFullError('full');
    if (fate < 12) throw new StorageError('aborted');
    if (fate < 18) {
      await next();
      throw fate < 15 ? new StorageTimeoutError('the answer was lost') : new StorageError('the answer was lost');
    }
    if (fate < 40) await takeTurns();
    return next();
  };
  storage.onRead = async (_, next) => {
    const fate = roll();
    if (fate < 3) throw new StorageError('unreadable');
    if (fate < 30) await takeTurns();
    return next();
  };
  return storage;
}

function fileOf(pageSize: number): Uint8Array {
  const file = engine.detached(engine.emptyImage);
  file.exec(`PRAGMA page_size = ${pageSize}; VACUUM; ${SCHEMA}; PRAGMA user_version = 1`);
  const bytes = file.export();
  file.close();
  return bytes;
}

describe('three tabs over a storage that fails now and then', () => {
  it('keep what was acknowledged, nothing that was rejected, and stay equal byte by byte', async () => {
    const pageSizes = fc.constantFrom(512, 1024, 4096, 32_768, 65_536);
    const history = fc.asyncProperty(
      pageSizes,
      fc.boolean(),
      fc.infiniteStream(fc.nat({ max: 99 })),
      fc.array(step, { maxLength: 120, size: 'max' }),
      async (pageSize, hasHints, dice, steps) => {
        const shared = memoryStorage();
        const environment = { openChannel: hasHints ? fakeChannels() : noChannels };
        let isFaulty = false;
        const open = async (): Promise<Database> => {
          const before = isFaulty;
          isFaulty = false;
          const storage = unreliable(shared, dice, () => isFaulty);
          const tab = await openTestDatabase(storage, { migrations, environment });
          isFaulty = before;
          return tab;
        };
        const tabs = [await open(), await open(), await open()] as [Database, Database, Database];
        await tabs[0].import(fileOf(pageSize));
        await Promise.all(tabs.map((tab) => tab.refresh()));
        isFaulty = true;

        const [acknowledged, rejected] = [new Set<number>(), new Set<number>()];
        const unexpected: unknown[] = [];
        let running: Promise<unknown>[] = [];
        const note = (error: unknown) => {
          const isExpected = error instanceof StorageError || error instanceof RangeError || error instanceof ConflictError;
          if (!isExpected && !(error instanceof ClosedError)) unexpected.push(error);
        };
        for (const [id, { tab, action, size, isAsync }] of steps.entries()) {
          const database = tabs[tab] as Database;
          const change = CHANGES[action];
          if (change) {
            const perform = (tx: Transaction) => {
              tx.run('INSERT INTO writes VALUES (?, randomblob(50))', [id]);
              change(tx, size);
            };
            const slowly = async (tx: AsyncTransaction) => {
              const failing = tx.transaction(async (inner) => {
                inner.run('INSERT INTO ballast VALUES (randomblob(?))', [size]);
                throw new RangeError('the app changed its mind');
              });
              await failing.catch(() => undefined);
              perform(tx);
              await takeTurns();
            };
            const write = isAsync ? database.transaction(slowly) : database.write(perform);
            const onRejected = (error: unknown) => {
              if (!(error instanceof UnknownOutcomeError)) rejected.add(id);
              note(error);
            };
            running.push(write.then(() => acknowledged.add(id), onRejected));
          } else if (action === 'reopen') {
            tabs[tab] = await open();
            running.push(database.close());
          } else if (action === 'vacuum' || action === 'refresh' || action === 'export') {
            running.push(Promise.resolve(database[action]()).catch(note));
          } else {
            if (action === 'await everything') await Promise.all(running.splice(0));
            await takeTurns();
          }
        }
        await Promise.all(running);
        running = [];
        isFaulty = false;
        await takeTurns();

        const all = [...tabs, await open()];
        const sums = new Set<number>();
        for (const database of all) {
          await database.refresh();
          expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
          const ids = new Set(database.values('SELECT id FROM writes').map(([id]) => Number(id)));
          expect([...acknowledged].filter((id) => !ids.has(id))).toEqual([]);
          expect([...rejected].filter((id) => ids.has(id))).toEqual([]);
          sums.add(checksum(await database.export()));
        }
        expect(sums.size).toBe(1);
        expect(unexpected).toEqual([]);
        await Promise.all(all.map((database) => database.close()));
      },
    );
    await fc.assert(history, { numRuns: isNode ? 60 : 10 });
  }, 240_000);
});
