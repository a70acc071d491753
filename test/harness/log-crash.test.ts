// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaxStorage, OverwritingStorage, TornStorage, TwoTransactionStorage, UnguardedStorage } from './broken-storage.js';
import { crashesOf, goOnFrom } from './log-crash.js';
import { type LogPlan, LogRun } from './log-run.js';
import { RecordedStorage } from './recorded-storage.js';
import { runs } from './runs.js';

const act = fc.record({
  tab: fc.nat({ max: 2 }),
  does: fc.constantFrom('commit', 'commit', 'commit', 'commit', 'fold', 'fold', 'back up', 'replace', 'delete', 'catch up'),
  pages: fc.array(fc.nat({ max: 7 }), { maxLength: 3 }),
  pageCount: fc.integer({ min: 1, max: 8 }),
  isStrict: fc.boolean(),
});
const plan: fc.Arbitrary<LogPlan> = fc.record({
  // A page of 65,536 bytes is two chunks of the base, and two parts of the log.
  pageSize: fc.oneof({ weight: 30, arbitrary: fc.constantFrom(512, 1024) }, { weight: 1, arbitrary: fc.constantFrom(4096, 65_536) }),
  steps: fc.array(fc.array(act, { minLength: 1, maxLength: 3, size: 'max' }), { maxLength: 9, size: 'max' }),
  delays: fc.array(fc.nat({ max: 5 }), { maxLength: 4 }),
});

/** What is wrong in a history over a storage, and in what any crash leaves of it. */
async function wrongIn(history: LogPlan, storage: RecordedStorage, counts = { states: 0 }): Promise<string[]> {
  try {
    const run = await new LogRun(storage).play(history);
    return await crashesOf(run, () => counts.states++);
  } catch (thrown) {
    return [String(thrown)];
  }
}

describe('what a crash leaves of a history of commits, backups, folds and replacements', () => {
  it('is the newest commit that was acknowledged or was on its way, whole, with its backups', async () => {
    const counts = { histories: 0, states: 0 };
    const property = fc.asyncProperty(plan, fc.nat(), async (history, cut) => {
      const storage = new RecordedStorage('recorded');
      expect(await wrongIn(history, storage, counts)).toEqual([]);
      counts.histories++;
      const crashed = new RecordedStorage('crashed');
      for (const batch of storage.kept.slice(0, cut % (storage.kept.length + 1))) crashed.keep(batch);
      expect(await goOnFrom(crashed)).toEqual([]);
    });
    await fc.assert(property, runs(10_000));
    console.log(`crash states of the log: ${counts.histories} histories, ${counts.states} states`);
  }, 3_600_000);
});

describe('the enumeration of crash states', () => {
  it.each([
    ['commits in two transactions', TwoTransactionStorage],
    ['keeps every key by itself', TornStorage],
    ['ignores guards', UnguardedStorage],
    ['overwrites instead of refusing', OverwritingStorage],
    ['flushes nothing', LaxStorage],
  ])('finds a storage that %s', async (_, Broken) => {
    const histories = fc.sample(plan, { numRuns: 200, seed: 1 });
    let found = 0;
    for (const history of histories) if ((await wrongIn(history, new Broken('broken'))).length > 0) found++;
    console.log(`found in ${found} of ${histories.length} histories`);
    expect(found).toBeGreaterThan(10);
  });
});
