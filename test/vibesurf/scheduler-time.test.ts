import { describe, expect, it } from 'vitest';
import { settle } from '../store/fakes.js';
import { browserAt, HOUR, MINUTE } from './scheduling-browser.js';

describe('over the change of the clocks in Berlin', () => {
  /** When a schedule runs from the eve of a change to the morning after it. */
  async function runsFrom(moment: string, cronExpression: string, hours: number) {
    const { browser, tab } = await browserAt(moment, cronExpression);
    tab.scheduler.start();
    await browser.clock.advance(hours * HOUR);
    return browser.runTimes;
  }

  it('to summer, a daily schedule runs at its time of day, 23 hours after the last', async () => {
    expect(await runsFrom('2024-03-30T07:00:00Z', '0 9 * * *', 25)).toEqual(['2024-03-30T08:00:00.000Z', '2024-03-31T07:00:00.000Z']);
  });

  it('to winter, a daily schedule runs at its time of day, 25 hours after the last', async () => {
    expect(await runsFrom('2024-10-26T06:00:00Z', '0 9 * * *', 27)).toEqual(['2024-10-26T07:00:00.000Z', '2024-10-27T08:00:00.000Z']);
  });

  it('to summer, a time that is left out runs once, when the clocks have moved', async () => {
    expect(await runsFrom('2024-03-31T00:15:00Z', '30 2 * * *', 3)).toEqual(['2024-03-31T01:00:00.000Z']);
  });

  it('to winter, a time that comes twice runs once, and one of every half hour each time', async () => {
    expect(await runsFrom('2024-10-26T23:45:00Z', '30 2 * * *', 4)).toEqual(['2024-10-27T00:30:00.000Z']);
    expect(await runsFrom('2024-10-26T23:45:00Z', '*/30 * * * *', 2)).toEqual([
      '2024-10-27T00:00:00.000Z',
      '2024-10-27T00:30:00.000Z',
      '2024-10-27T01:00:00.000Z',
      '2024-10-27T01:30:00.000Z',
    ]);
  });
});

describe('executions that were missed', () => {
  it('are made up for by one', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '*/5 * * * *', { missed: 'catch-up' });
    await browser.goTo('2024-01-01T12:02:00Z');
    tab.scheduler.start();
    await browser.clock.advance(4 * MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T12:02:00.000Z', '2024-01-01T12:05:00.000Z']);
    expect(tab.schedule()?.executionCount).toBe(2);
  });

  it('are passed over, and not counted, where that is asked for', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '*/5 * * * *', { missed: 'skip' });
    await browser.goTo('2024-01-01T12:02:00Z');
    tab.scheduler.start();
    await browser.clock.advance(0);
    expect(tab.schedule()).toMatchObject({ executionCount: 0, lastExecutionAt: null, nextExecutionAt: new Date('2024-01-01T12:05:00Z') });
    await browser.clock.advance(4 * MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T12:05:00.000Z']);
  });

  it('count as missed only from some lateness on', async () => {
    const lateBy = async (ms: number, lateAfterMs?: number) => {
      const options = { missed: 'skip', ...(lateAfterMs !== undefined && { lateAfterMs }) } as const;
      const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '0 * * * *', options);
      await browser.clock.advance(59.5 * MINUTE + ms);
      tab.scheduler.start();
      await browser.clock.advance(0);
      return browser.runs.length;
    };
    expect([await lateBy(MINUTE), await lateBy(MINUTE + 1)]).toEqual([1, 0]);
    expect([await lateBy(5000, 5000), await lateBy(5001, 5000)]).toEqual([1, 0]);
  });

  it('are seen when the page wakes up', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '5 * * * *');
    tab.scheduler.start();
    await browser.clock.advance(0);
    // The timers of a computer that sleeps stand still, and its clock goes on.
    const now = browser.clock.now();
    browser.clock.now = () => now + HOUR;
    tab.wakeUp.dispatchEvent(new Event('visibilitychange'));
    await settle();
    expect(browser.runs).toHaveLength(1);
  });
});

describe('a clock that was ahead', () => {
  it('and is set right again does not keep a schedule waiting until the wrong time', async () => {
    const { browser, tab } = await browserAt('2025-01-01T10:00:30Z', '*/5 * * * *');
    const ahead = 365 * 24 * HOUR;
    const now = browser.clock.now.bind(browser.clock);
    browser.clock.now = () => now() - ahead;
    tab.scheduler.start();
    await browser.clock.advance(10 * MINUTE);
    expect(browser.runs).toHaveLength(2);
    expect(tab.schedule()?.executionCount).toBe(2);
  });
});
