import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { deleteSchedule, updateSchedule } from '../../src/vibesurf/queries/schedules.js';
import { claimSchedule, isPlannable } from '../../src/vibesurf/schedule-claim.js';
import { fakeChannels, noChannels } from '../store/fakes.js';
import { Browser, browserAt, flow, MINUTE, zone } from './scheduling-browser.js';

describe('the schedulers of four tabs', () => {
  it.each([
    ['that hear of each other', fakeChannels()],
    ['that do not', noChannels],
  ])('%s execute a schedule once each time', async (_, openChannel) => {
    const browser = new Browser(memoryStorage(), openChannel);
    await browser.goTo('2024-01-01T10:00:30Z');
    const first = await browser.openTab();
    await first.create({ cronExpression: '*/5 * * * *' });
    const tabs = [first, await browser.openTab(), await browser.openTab(), await browser.openTab()];
    for (const { scheduler } of tabs) scheduler.start();
    await browser.clock.advance(15 * MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T10:05:00.000Z', '2024-01-01T10:10:00.000Z', '2024-01-01T10:15:00.000Z']);
    for (const { database } of tabs) await database.refresh();
    expect(tabs.map(({ schedule }) => schedule()?.executionCount)).toEqual([3, 3, 3, 3]);
    expect(browser.errors).toEqual([]);
  });

  it('that look at the same moment take it once', async () => {
    const browser = new Browser(memoryStorage(), noChannels);
    const first = await browser.openTab();
    await first.create({ cronExpression: '* * * * *' });
    const tabs = [first, await browser.openTab(), await browser.openTab(), await browser.openTab()];
    const claim = { now: browser.now, next: new Date(browser.clock.now() + MINUTE), isExecuted: true };
    const claimed = await Promise.all(
      tabs.map(({ db, schedule }) => {
        const read = schedule();
        return read && isPlannable(read) ? db.write((tx) => claimSchedule(tx, read, claim)) : undefined;
      }),
    );
    expect(claimed.filter((row) => row !== undefined)).toMatchObject([{ executionCount: 1, nextExecutionAt: claim.next }]);
  });

  it('go on when the tab that was to execute closes', async () => {
    const browser = new Browser();
    await browser.goTo('2024-01-01T10:00:30Z');
    const [first, second] = [await browser.openTab(), await browser.openTab()];
    await first.create({ cronExpression: '*/5 * * * *' });
    for (const { scheduler } of [first, second]) scheduler.start();
    await browser.clock.advance(5 * MINUTE);
    first.scheduler.stop();
    await first.database.close();
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runs).toMatchObject([{ tab: 1 }, { tab: 2 }]);
  });
});

describe('a schedule that another tab changes while the timer waits', () => {
  async function twoTabs(cronExpression: string) {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', cronExpression);
    const other = await browser.openTab();
    tab.scheduler.start();
    await browser.clock.advance(MINUTE);
    return { browser, other };
  }

  it('is executed when it says now', async () => {
    const { browser, other } = await twoTabs('0 12 * * *');
    await other.db.write((tx) => updateSchedule(tx, flow, { cronExpression: '5 * * * *' }, { now: browser.now, zone }));
    await browser.clock.advance(10 * MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T10:05:00.000Z']);
  });

  it('is not executed when it said before', async () => {
    const { browser, other } = await twoTabs('5 * * * *');
    await other.db.write((tx) => updateSchedule(tx, flow, { cronExpression: '30 * * * *' }, { now: browser.now, zone }));
    await browser.clock.advance(20 * MINUTE);
    expect(browser.runs).toEqual([]);
  });

  it('is not executed once it is gone', async () => {
    const { browser, other } = await twoTabs('5 * * * *');
    await other.db.write((tx) => deleteSchedule(tx, flow));
    await browser.clock.advance(20 * MINUTE);
    expect(browser.runs).toEqual([]);
    expect(browser.errors).toEqual([]);
  });

  it('and nobody tells, is not taken as it was', async () => {
    const browser = new Browser(memoryStorage(), noChannels);
    await browser.goTo('2024-01-01T10:00:30Z');
    const [tab, other] = [await browser.openTab(), await browser.openTab()];
    await tab.create({ cronExpression: '5 * * * *' });
    await other.database.refresh();
    tab.scheduler.start();
    await other.db.write((tx) => updateSchedule(tx, flow, { cronExpression: '30 * * * *' }, { now: browser.now, zone }));
    await browser.clock.advance(20 * MINUTE);
    expect(browser.runs).toEqual([]);
    expect(browser.errors).toEqual([]);
  });
});

describe('a claim', () => {
  it('fails when another tab has changed the expression, though not the time, or disabled it', async () => {
    const tab = await new Browser().openTab();
    for (const change of ["cron_expression = '0 9 * * *'", 'is_enabled = 0']) {
      await tab.db.$client.run('DELETE FROM schedules');
      const read = await tab.create({ cronExpression: '* 9 * * *' });
      await tab.db.$client.run(`UPDATE schedules SET ${change}`);
      const claim = { now: new Date(), next: new Date(), isExecuted: true };
      expect(isPlannable(read) && (await tab.db.write((tx) => claimSchedule(tx, read, claim) ?? null))).toBe(null);
    }
  });
});
