// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaxStorage, TornStorage, TwoTransactionStorage } from './broken-storage.js';
import { databaseCrashesOf, wrongWhenReopened } from './database-crash.js';
import { type DatabasePlan, DatabaseRun, type DatabaseStep } from './database-run.js';
import { RecordedStorage } from './recorded-storage.js';
import { runs } from './runs.js';

const write = fc.record({
  tab: fc.nat({ max: 2 }),
  does: fc.constantFrom('insert', 'insert', 'insert', 'update', 'update', 'delete', 'fail'),
  size: fc.constantFrom(1, 100, 3000, 20_000, 90_000),
  isAsync: fc.boolean(),
  isStrict: fc.oneof({ weight: 1, arbitrary: fc.constant(true) }, { weight: 3, arbitrary: fc.constant(false) }),
});
const step: fc.Arbitrary<DatabaseStep> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ writes: fc.array(write, { minLength: 1, maxLength: 6 }), folds: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      alone: fc.constantFrom('migrate', 'migrate', 'restore', 'restore', 'vacuum', 'fold', 'reopen', 'delete backup'),
      tab: fc.nat({ max: 2 }),
      at: fc.nat({ max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ alone: fc.constant('import'), tab: fc.nat({ max: 2 }), at: fc.constantFrom(512, 4096, 65_536) }) },
);
const plan: fc.Arbitrary<DatabasePlan> = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096, 32_768),
  steps: fc.array(step, { minLength: 1, maxLength: 10, size: 'max' }),
});

async function wrongIn(history: DatabasePlan, storage: RecordedStorage, counts = { states: 0, backups: 0 }): Promise<string[]> {
  const run = await new DatabaseRun(storage).play(history);
  counts.backups += run.stateByBackup.size;
  return databaseCrashesOf(run, () => counts.states++);
}

describe('what a crash leaves of a database that three tabs write, migrate, restore and import', () => {
  it('has every acknowledged write, no rejected one, and no write in part', async () => {
    const counts = { histories: 0, states: 0, reopened: 0, backups: 0 };
    const property = fc.asyncProperty(plan, fc.nat(), async (history, cut) => {
      const storage = new RecordedStorage('recorded');
      expect(await wrongIn(history, storage, counts)).toEqual([]);
      counts.histories++;
      const crashed = new RecordedStorage('crashed');
      for (const batch of storage.kept.slice(0, cut % (storage.kept.length + 1))) crashed.keep(batch);
      expect(await wrongWhenReopened(crashed)).toEqual([]);
      counts.reopened++;
    });
    await fc.assert(property, runs(60));
    console.log(
      `crash states of the database: ${counts.histories} histories, ${counts.states} states, ${counts.backups} backups, ${counts.reopened} reopened`,
    );
  }, 3_600_000);

  it.each([
    ['commits in two transactions', TwoTransactionStorage],
    ['keeps every key by itself', TornStorage],
    ['flushes nothing', LaxStorage],
  ])('is found to be broken where the storage %s', async (_, Broken) => {
    const histories = fc.sample(plan, { numRuns: 5, seed: 1 });
    const found = await Promise.all(histories.map(async (history) => (await wrongIn(history, new Broken('broken'))).length > 0));
    expect(found).toContain(true);
  });
});
