// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Database, StorageTimeoutError } from '../../src/index.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { drive } from '../store/drive.js';
import { fakeChannels, noChannels } from '../store/fakes.js';
import { eagerClock } from './eager-clock.js';
import { foldStorage } from './fold-storage.js';
import { LIST_CHAIN, LISTS, ListRecorder, listProgram, listsIn } from './list-program.js';
import { RecordedStorage } from './recorded-storage.js';
import { runs } from './runs.js';
import { judge, type ListTransaction } from './serializability.js';
import { SAFE, SimulatedTab } from './simulated-tab.js';

/** Mostly nothing happens at all. */
const seldom = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 12 }) });
const tab = fc.record({
  fate: fc.record({ crashAt: seldom, hangAt: seldom, freezeAt: seldom, frozenFor: fc.nat({ max: 40 }), isKept: fc.boolean() }),
  programs: fc.array(listProgram, { maxLength: 4 }),
});
type TabPlan = typeof tab extends fc.Arbitrary<infer Plan> ? Plan : never;

/** Hints that are delivered when the scheduler says so, twice, or not at all. */
function looseHints(scheduler: fc.Scheduler, copies: readonly number[]) {
  let sent = 0;
  return fakeChannels((send) => {
    const times = copies[sent++ % Math.max(1, copies.length)] ?? 1;
    for (let n = 0; n < times; n++) void scheduler.schedule(Promise.resolve(), 'hint').then(send);
  });
}

/** What the lists are after the transactions, one after the other, and whether each of them has read what it would have read so. */
function replay(order: readonly ListTransaction[]): { lists: Map<number, number[]>; misread: number[] } {
  const lists = new Map(Array.from({ length: LISTS }, (_, at): [number, number[]] => [at + 1, []]));
  const misread: number[] = [];
  for (const { id, operations } of order) {
    for (const operation of operations) {
      const values = lists.get(operation.list) ?? [];
      if (operation.kind === 'append') values.push(operation.value);
      else if (String(operation.values) !== String(values)) misread.push(id);
    }
  }
  return { lists, misread };
}

/** On a clock that runs as it likes, a storage that is only slow may be given up. */
async function catchUp(database: Database): Promise<void> {
  for (let attempt = 1; attempt <= 50; attempt++) {
    try {
      return await database.refresh();
    } catch (thrown) {
      if (!(thrown instanceof StorageTimeoutError)) throw thrown;
    }
  }
}

const parts = {
  environment: { openChannel: noChannels, clock: eagerClock, witnessStorage: undefined, persist: undefined },
  migrations: LIST_CHAIN,
};

describe('tabs that crash, freeze, hang and miss hints while the log is folded', () => {
  it('are strictly serializable for who writes, and end with the lists of the serial order', async () => {
    const counts = { schedules: 0, committed: 0, rejected: 0, unknown: 0, crashes: 0 };
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.array(tab, { minLength: 2, maxLength: 4 }),
      fc.array(fc.nat({ max: 2 }), { maxLength: 5 }),
      fc.array(fc.nat({ max: 2 }), { maxLength: 4 }),
      async (scheduler, tabs, copies, folds) => {
        const shared = new RecordedStorage('shared');
        await (await openTestDatabase(shared, parts)).close();
        const openChannel = looseHints(scheduler, copies);
        const recorder = new ListRecorder();
        const simulate = async ({ fate, programs }: TabPlan, session: number) => {
          const storage = new SimulatedTab(shared, scheduler, fate);
          const life = async () => {
            const environment = { ...parts.environment, openChannel, clock: storage.clock };
            // One whose opening hangs has nothing to say.
            const database = await openTestDatabase(storage, { ...parts, environment }).catch(() => undefined);
            if (!database) return undefined;
            const running = [];
            for (const program of programs) {
              const run = recorder.run(database, session, program, () => scheduler.schedule(Promise.resolve(), 'pause'));
              running.push(run);
              if (program.isAwaited) await run;
            }
            await Promise.all(running);
            storage.calmDown();
            return database;
          };
          const database = await Promise.race([life(), storage.crashed]);
          if (storage.isDead) counts.crashes++;
          return storage.isDead ? undefined : database;
        };
        const folder = async () => {
          const storage = new SimulatedTab(shared, scheduler, SAFE);
          for (const left of folds) {
            await scheduler.schedule(Promise.resolve(), 'a fold is due');
            await foldStorage(storage, storage.clock, left);
          }
          return undefined;
        };
        const ended = await drive(scheduler, Promise.all([...tabs.map(simulate), folder()]));
        const alive = ended.filter((database) => database !== undefined);
        await drive(scheduler, Promise.all(alive.map(catchUp)));
        const last = await openTestDatabase(shared, parts);
        const lists = listsIn((sql) => last.values(sql));
        expect(recorder.unexpected).toEqual([]);
        const { anomalies, order } = judge(recorder.transactions, lists);
        expect(anomalies).toEqual([]);
        expect(replay(order)).toEqual({ lists, misread: [] });
        for (const database of alive) expect(listsIn((sql) => database.values(sql))).toEqual(lists);
        expect(last.values('PRAGMA integrity_check')).toEqual([['ok']]);
        await drive(scheduler, Promise.all([last, ...alive].map((database) => database.close())));
        counts.schedules++;
        for (const { outcome } of recorder.transactions) counts[outcome]++;
      },
    );
    await fc.assert(property, runs(1000));
    console.log(`simulated tabs: ${JSON.stringify(counts)}`);
    expect(counts.committed).toBeGreaterThan(counts.rejected);
  }, 7_200_000);
});
