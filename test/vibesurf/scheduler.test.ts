import { describe, expect, it } from 'vitest';
import { InvalidCronError } from '../../src/errors/cron-error.js';
import { UsageError } from '../../src/errors/database-error.js';
import { StorageFullError } from '../../src/errors/storage-error.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { getSchedule, updateSchedule } from '../../src/vibesurf/queries/schedules.js';
import { Scheduler } from '../../src/vibesurf/scheduler.js';
import { latch } from '../database/outcome.js';
import { FaultyStorage } from '../store/fakes.js';
import { Browser, browserAt, flow, HOUR, MINUTE, zone } from './scheduling-browser.js';

describe('a scheduler', () => {
  it('executes a schedule when it is due, each time, and counts it before it runs', async () => {
    const given: unknown[] = [];
    const run = (schedule: unknown) => void given.push(schedule);
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '*/5 * * * *', { run });
    tab.scheduler.start();
    await browser.clock.advance(4 * MINUTE);
    expect(browser.runs).toEqual([]);
    await browser.clock.advance(6 * MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T10:05:00.000Z', '2024-01-01T10:10:00.000Z']);
    expect(given).toMatchObject([
      { executionCount: 1, lastExecutionAt: new Date('2024-01-01T10:05:00Z'), nextExecutionAt: new Date('2024-01-01T10:10:00Z') },
      { executionCount: 2 },
    ]);
    expect(given[1]).toEqual(tab.schedule());
  });

  it('executes nothing that is not enabled, or has no expression', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '* * * * *');
    await tab.create({ flowId: 'none', cronExpression: null });
    await tab.db.write((tx) => updateSchedule(tx, flow, { isEnabled: false }));
    tab.scheduler.start();
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runs).toEqual([]);
  });

  it('executes all that are due at once', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '0 * * * *');
    await tab.create({ flowId: 'second', cronExpression: '0 12 * * *' });
    tab.scheduler.start();
    await browser.clock.advance(HOUR);
    expect(browser.runs).toMatchObject([{ flow: 'flow' }, { flow: 'second' }]);
  });

  it('waits for as long as it takes', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:00Z', '0 12 28 * *');
    tab.scheduler.start();
    const waits: number[] = [];
    const { setTimeout } = browser.clock;
    browser.clock.setTimeout = (callback, ms) => {
      waits.push(ms);
      return setTimeout.call(browser.clock, callback, ms);
    };
    await browser.clock.advance(12 * HOUR);
    expect(browser.runs).toEqual([]);
    expect(waits).toHaveLength(12 + 1);
    expect(Math.max(...waits)).toBe(HOUR);
    await browser.goTo('2024-01-04T00:00:00Z');
    tab.scheduler.stop();
    await browser.goTo('2024-01-28T10:30:00Z');
    tab.scheduler.start();
    await browser.clock.advance(HOUR);
    expect(browser.runTimes).toEqual(['2024-01-28T11:00:00.000Z']);
  });

  it('that was started twice stops at once, and leaves no listener behind', async () => {
    const listeners: string[] = [];
    const target = new EventTarget();
    target.addEventListener = (type) => void listeners.push(type);
    target.removeEventListener = (type) => void listeners.splice(listeners.indexOf(type), 1);
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '*/5 * * * *', { wakeUps: [target] });
    tab.scheduler.start();
    tab.scheduler.start();
    expect(listeners.sort()).toEqual(['pageshow', 'resume', 'visibilitychange']);
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runs).toHaveLength(1);
    tab.scheduler.stop();
    expect(listeners).toEqual([]);
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runs).toHaveLength(1);
  });

  it('refuses a zone that is unknown, and a lateness that is no time', async () => {
    const { db } = await new Browser().openTab();
    const run = () => undefined;
    expect(() => new Scheduler(db, { run, zone: 'Mars/Olympus' })).toThrow(InvalidCronError);
    expect(() => new Scheduler(db, { run, lateAfterMs: -1 })).toThrow(UsageError);
    expect(() => new Scheduler(db, { run, lateAfterMs: Number.NaN })).toThrow(UsageError);
  });

  it('ends without a word when its database is closed', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '* * * * *');
    tab.scheduler.start();
    await browser.clock.advance(0);
    await tab.database.close();
    tab.wakeUp.dispatchEvent(new Event('visibilitychange'));
    await browser.clock.advance(10 * MINUTE);
    expect([browser.runs, browser.errors]).toEqual([[], []]);
  });
});

describe('a run', () => {
  it('that fails is reported, and is the next time again', async () => {
    const failure = new RangeError('the flow says no');
    const run = () => Promise.reject(failure);
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '*/5 * * * *', { run });
    tab.scheduler.start();
    await browser.clock.advance(10 * MINUTE);
    expect(browser.errors).toEqual([
      { error: failure, flow: 'flow' },
      { error: failure, flow: 'flow' },
    ]);
    expect(browser.runs).toHaveLength(2);
  });

  it('that throws before it gives a promise is reported too', async () => {
    const browser = new Browser();
    await browser.goTo('2024-01-01T10:00:30Z');
    const reports: unknown[] = [];
    const { scheduler, create } = await browser.openTab({
      run: () => {
        throw new RangeError('at once');
      },
      onError: (error) => void reports.push(error),
    });
    await create({ cronExpression: '*/5 * * * *' });
    scheduler.start();
    await browser.clock.advance(10 * MINUTE);
    expect(reports).toMatchObject([{ message: 'at once' }, { message: 'at once' }]);
  });

  it('does not overlap the one before, and makes up for it by one', async () => {
    const gate = latch();
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '*/5 * * * *', { run: () => gate.wait });
    await tab.create({ flowId: 'second', cronExpression: '6 * * * *' });
    tab.scheduler.start();
    await browser.clock.advance(12 * MINUTE);
    expect(browser.runs).toMatchObject([{ flow: 'flow' }, { flow: 'second' }]);
    gate.open();
    await browser.clock.advance(0);
    expect(browser.runs.slice(2)).toMatchObject([{ flow: 'flow', at: '2024-01-01T10:12:30.000Z' }]);
  });

  it('is executed to its end when the scheduler stops, and none is taken after that', async () => {
    const { browser, tab } = await browserAt('2024-01-01T10:00:30Z', '*/5 * * * *');
    tab.scheduler.start();
    await browser.clock.advance(5 * MINUTE);
    tab.scheduler.stop();
    tab.wakeUp.dispatchEvent(new Event('pageshow'));
    await tab.create({ flowId: 'second', cronExpression: '* * * * *' });
    await browser.clock.advance(HOUR);
    expect(browser.runs).toHaveLength(1);
    tab.scheduler.start();
    await browser.clock.advance(0);
    expect(browser.runs).toHaveLength(3);
  });

  it('is not begun where its execution could not be stored, and tried again after a minute', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const browser = new Browser(faulty);
    await browser.goTo('2024-01-01T10:00:30Z');
    const { scheduler, create, schedule } = await browser.openTab();
    await create({ cronExpression: '5 * * * *' });
    faulty.onWrite = () => Promise.reject(new StorageFullError('full'));
    scheduler.start();
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runs).toEqual([]);
    expect(schedule()?.executionCount).toBe(0);
    expect(browser.errors).toMatchObject([{ error: { code: 'STORAGE_FULL' }, flow: 'flow' }]);
    faulty.onWrite = (_, next) => next();
    await browser.clock.advance(MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T10:06:00.000Z']);
  });
});

describe('schedules that an import brings', () => {
  /** A tab with rows as they are in its file: the flow, its expression, and the next execution. */
  async function openWith(...rows: [string, string, string | null][]) {
    const browser = new Browser();
    await browser.goTo('2024-01-01T10:00:30Z');
    const tab = await browser.openTab();
    for (const row of rows)
      await tab.database.run('INSERT INTO schedules (flow_id, cron_expression, next_execution_at) VALUES (?, ?, ?)', row);
    return { browser, tab };
  }

  it('get their next execution where they have none, and an id of NULL is none in the way', async () => {
    const { browser, tab } = await openWith(['flow', '*/5 * * * *', null]);
    tab.scheduler.start();
    await browser.clock.advance(0);
    expect(tab.schedule()).toMatchObject({ id: null, nextExecutionAt: new Date('2024-01-01T10:05:00Z'), executionCount: 0 });
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T10:05:00.000Z']);
  });

  it('are taken in each format of a time', async () => {
    const { browser, tab } = await openWith(
      ['flow', '*/5 * * * *', '2024-01-01 10:05:00'],
      ['second', '*/5 * * * *', '2024-01-01 10:05:00.000000'],
      ['third', '*/5 * * * *', '2024-01-01 10:05:00.000500'],
    );
    tab.scheduler.start();
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runs).toHaveLength(3);
  });

  it('are reported once and left alone where their expression is none, and hold up no other', async () => {
    const { browser, tab } = await openWith(
      ['invalid', '@hourly', '2024-01-01 09:00:00'],
      ['unplanned', 'every day', null],
      ['flow', '* * * * *', '2024-01-01 10:01:00'],
    );
    tab.scheduler.start();
    await browser.clock.advance(2 * MINUTE);
    expect(browser.runs).toMatchObject([{ flow: 'flow' }, { flow: 'flow' }]);
    expect(browser.errors.map(({ flow: name }) => name).sort()).toEqual(['invalid', 'unplanned']);
    expect(browser.errors).toMatchObject([{ error: { name: 'InvalidCronError' } }, { error: { name: 'InvalidCronError' } }]);
    expect(getSchedule(tab.db, { flowId: 'invalid' })).toMatchObject({
      executionCount: 0,
      nextExecutionAt: new Date('2024-01-01T09:00:00Z'),
    });
  });

  it('hold up no other where a value of theirs is none, and get a time in place of one that is none', async () => {
    const { browser, tab } = await openWith(['odd', '* * * * *', 'tomorrow'], ['flow', '* * * * *', '2024-01-01 10:01:00']);
    await tab.database.run(
      "UPDATE schedules SET created_at = 'long ago', last_execution_at = 7, execution_count = 1.5 WHERE flow_id = 'odd'",
    );
    tab.scheduler.start();
    await browser.clock.advance(90_000);
    expect(browser.errors).toEqual([]);
    expect(browser.runs.map(({ flow: name }) => name).sort()).toEqual(['flow', 'flow', 'odd', 'odd']);
    expect(getSchedule(tab.db, { flowId: 'odd' })?.nextExecutionAt).toEqual(getSchedule(tab.db, { flowId: 'flow' })?.nextExecutionAt);
  });

  it('run once their expression is corrected', async () => {
    const { browser, tab } = await openWith(['flow', '@hourly', null]);
    tab.scheduler.start();
    await browser.clock.advance(MINUTE);
    await tab.db.write((tx) => updateSchedule(tx, flow, { cronExpression: '5 * * * *' }, { now: browser.now, zone }));
    await browser.clock.advance(5 * MINUTE);
    expect(browser.runTimes).toEqual(['2024-01-01T10:05:00.000Z']);
  });

  it('that are never due are left alone', async () => {
    const { browser, tab } = await openWith(['flow', '0 0 31 2 *', null]);
    tab.scheduler.start();
    await browser.clock.advance(2 * HOUR);
    expect(browser.errors).toEqual([]);
    expect(tab.schedule()?.nextExecutionAt).toBeNull();
  });
});
