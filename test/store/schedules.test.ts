import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Clock } from '../../src/store/environment.js';
import { counterOf, INCREMENT, openTestDatabase } from '../database/open-test-database.js';
import { fakeChannels, scheduledStorage } from './fakes.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const TABS = 8;

/** Pauses end when the scheduler says so; the watchdog's never do. */
function scheduledClock(scheduler: fc.Scheduler): Clock {
  return {
    now: () => 0,
    setTimeout: (callback, ms) => {
      const timer = { isCleared: false };
      if (ms < 1000) void scheduler.schedule(Promise.resolve(), 'timer').then(() => (timer.isCleared ? undefined : callback()));
      return timer;
    },
    clearTimeout: (timer) => {
      if (timer) (timer as { isCleared: boolean }).isCleared = true;
    },
  };
}

describe('tabs over one storage', () => {
  it('lose no increment and see the same rows, in any order of their requests', async () => {
    const runs = isNode ? 1000 : 100;
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: TABS, maxLength: TABS }),
        async (scheduler, increments) => {
          const shared = memoryStorage();
          const first = await openTestDatabase(shared);
          const clock = scheduledClock(scheduler);
          const openChannel = fakeChannels((send) => void scheduler.schedule(Promise.resolve(), 'hint').then(send));
          const work = increments.map(async (count) => {
            const tab = await openTestDatabase(scheduledStorage(shared, scheduler), { environment: { clock, openChannel } });
            const seen: unknown[] = [];
            const writes = Array.from({ length: count }, (_, n) =>
              n % 2 === 0
                ? tab.run(INCREMENT)
                : tab.write((tx) => {
                    tx.run(INCREMENT);
                    seen.push(tx.get('SELECT value FROM counters WHERE id = 1')?.['value']);
                  }),
            );
            await Promise.all(writes);
            await tab.refresh();
            return tab;
          });
          const tabs = await scheduler.waitFor(Promise.all(work));
          await first.refresh();
          await scheduler.waitFor(Promise.all(tabs.map((tab) => tab.refresh())));
          const total = increments.reduce((sum, count) => sum + count, 0);
          expect([first, ...tabs].map(counterOf)).toEqual([first, ...tabs].map(() => total));
          await scheduler.waitFor(Promise.all([first, ...tabs].map((tab) => tab.close())));
        },
      ),
      { numRuns: runs },
    );
  }, 240_000);
});
