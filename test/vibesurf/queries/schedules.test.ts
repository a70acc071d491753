import { describe, expect, it } from 'vitest';
import { InvalidCronError } from '../../../src/errors/cron-error.js';
import { UsageError } from '../../../src/errors/database-error.js';
import { DuplicateNameError, NotFoundError } from '../../../src/errors/query-error.js';
import { localZone, nextExecution } from '../../../src/vibesurf/cron.js';
import {
  createSchedule,
  deleteSchedule,
  dueSchedules,
  getSchedule,
  listEnabledSchedules,
  listSchedules,
  recordExecution,
  type ScheduleInput,
  updateSchedule,
} from '../../../src/vibesurf/queries/schedules.js';
import { idOf, insertRow, LONG_AGO, openTab } from './open-vibesurf.js';

const NINE = '0 9 * * *';
const NOW = new Date('2025-06-01T10:00:00.000Z');
const LATER = new Date('2025-06-03T10:00:00.000Z');
const zone = 'Europe/Berlin';
/** 9 o'clock in Berlin, on the day after NOW and the day after LATER. */
const NEXT = new Date('2025-06-02T07:00:00.000Z');
const NEXT_LATER = new Date('2025-06-04T07:00:00.000Z');

const flow = (number: number) => ({ flowId: `flow-${number}` });
const input = (number: number, more: Partial<ScheduleInput> = {}): ScheduleInput => ({
  id: idOf(number),
  ...flow(number),
  cronExpression: NINE,
  ...more,
});

/** A database with a schedule for each input, each made a minute after the one before. */
async function openWith(...inputs: ScheduleInput[]) {
  const { db, database } = await openTab();
  await db.write((tx) => {
    inputs.forEach((each, at) => void createSchedule(tx, each, { now: new Date(NOW.getTime() + at * 60_000), zone }));
  });
  return { db, database };
}

/** A row as an import brings it. */
async function openWithRow(row: Record<string, string | number | null>) {
  const { db, database } = await openTab();
  await insertRow(database, 'schedules', { id: idOf(1), flow_id: 'flow-1', ...LONG_AGO, ...row });
  return { db, database };
}

const flowsOf = (rows: readonly { flowId: string }[]) => rows.map(({ flowId }) => Number(flowId.slice(5)));

describe('creating a schedule', () => {
  it('gives the stored row, with the next execution in the zone', async () => {
    const { db } = await openTab();
    const row = await db.write((tx) => createSchedule(tx, { ...flow(1), cronExpression: NINE, description: 'News' }, { now: NOW, zone }));
    expect(row).toMatchObject({ ...flow(1), cronExpression: NINE, description: 'News', isEnabled: true, executionCount: 0 });
    expect(row).toMatchObject({ nextExecutionAt: NEXT, lastExecutionAt: null, createdAt: NOW, updatedAt: NOW });
    expect(getSchedule(db, flow(1))).toEqual(row);
  });

  it("counts from the present in the user's own zone by default", async () => {
    const { db } = await openTab();
    const before = nextExecution(NINE, new Date(), localZone());
    const { nextExecutionAt } = await db.write((tx) => createSchedule(tx, input(1)));
    expect([before, nextExecution(NINE, new Date(), localZone())]).toContainEqual(nextExecutionAt);
  });

  it('takes one without an expression, which is never due', async () => {
    const { db } = await openWith({ ...flow(1) }, { ...flow(2), cronExpression: null });
    expect(listSchedules(db)).toMatchObject([
      { cronExpression: null, nextExecutionAt: null },
      { cronExpression: null, nextExecutionAt: null },
    ]);
    expect(dueSchedules(db, { now: LATER })).toEqual([]);
  });

  it('of a flow that has one is an error', async () => {
    const { db } = await openWith(input(1));
    await expect(db.write((tx) => createSchedule(tx, { ...flow(1), cronExpression: '* * * * *' }))).rejects.toMatchInlineSnapshot(
      `[DuplicateNameError: Another row of schedules has this flow_id already. Choose another, or update that row.]`,
    );
    expect(listSchedules(db)).toMatchObject([{ cronExpression: NINE }]);
  });

  it('of an expression or a zone that is none is an error', async () => {
    const { db } = await openTab();
    for (const cronExpression of ['', '* * * *', '61 * * * *', '@daily'])
      await expect(db.write((tx) => createSchedule(tx, input(1, { cronExpression })))).rejects.toBeInstanceOf(InvalidCronError);
    await expect(db.write((tx) => createSchedule(tx, input(1), { zone: 'Mars/Olympus' }))).rejects.toMatchObject({ code: 'CRON_ZONE' });
    expect(listSchedules(db)).toEqual([]);
  });
});

describe('getting a schedule', () => {
  it('gives it by its id or its flow, or undefined', async () => {
    const { db } = await openWith(input(1), input(2));
    expect(getSchedule(db, { id: idOf(2) })).toMatchObject(flow(2));
    expect(getSchedule(db, flow(2))).toEqual(getSchedule(db, { id: idOf(2) }));
    expect(getSchedule(db, { id: idOf(3) })).toBeUndefined();
    expect(getSchedule(db, flow(3))).toBeUndefined();
  });

  it('takes an id that is no UUID for one that is not there', async () => {
    const { db } = await openTab();
    expect(getSchedule(db, { id: 'flow-1' })).toBeUndefined();
  });
});

describe('the list of schedules', () => {
  it('is newest first: all, those that are enabled, or those that are not', async () => {
    const { db } = await openWith(input(1), input(2, { isEnabled: false }), input(3));
    expect(flowsOf(listSchedules(db))).toEqual([3, 2, 1]);
    expect(flowsOf(listSchedules(db, { isEnabled: true }))).toEqual([3, 1]);
    expect(flowsOf(listSchedules(db, { isEnabled: false }))).toEqual([2]);
    expect(flowsOf(listEnabledSchedules(db))).toEqual([3, 1]);
  });

  it('is given in pages of 50, and that of the enabled ones whole', async () => {
    const { db } = await openWith(...Array.from({ length: 52 }, (_, at) => input(at + 1)));
    expect(listSchedules(db)).toHaveLength(50);
    expect(flowsOf(listSchedules(db, { limit: 2, offset: 1 }))).toEqual([51, 50]);
    expect(listSchedules(db, { limit: -1, offset: 50 }).length).toBe(listSchedules(db, { limit: -1 }).length - 50);
    expect(listEnabledSchedules(db)).toHaveLength(52);
  });

  it('refuses a page that is none', async () => {
    const { db } = await openTab();
    expect(() => listSchedules(db, { limit: -5 })).toThrow(UsageError);
  });

  it('takes no other row down with one that cannot be read', async () => {
    const { db } = await openWithRow({ next_execution_at: 'tomorrow', execution_count: 1.5, created_at: 'long ago', is_enabled: 2 });
    const [row] = listSchedules(db);
    expect([Number(row?.nextExecutionAt), row?.executionCount, Number(row?.createdAt), row?.isEnabled]).toEqual([NaN, NaN, NaN, true]);
  });
});

describe('schedules that are due', () => {
  it('are those enabled whose time has come, the one that waits longest first', async () => {
    const { db } = await openWith(
      input(1, { cronExpression: '30 9 * * *' }),
      input(2),
      input(3, { isEnabled: false }),
      input(4, { cronExpression: '0 9 9 * *' }),
    );
    expect(dueSchedules(db, { now: new Date(NEXT.getTime() - 1) })).toEqual([]);
    expect(flowsOf(dueSchedules(db, { now: NEXT }))).toEqual([2]);
    expect(flowsOf(dueSchedules(db, { now: LATER }))).toEqual([2, 1]);
    expect(flowsOf(dueSchedules(db))).toEqual([2, 1, 4]);
  });

  it('are due at their millisecond, whichever way it is written', async () => {
    for (const text of ['2025-06-01 10:00:00', '2025-06-01 10:00:00.000000', '2025-06-01 10:00:00.000999']) {
      const { db } = await openWithRow({ cron_expression: NINE, next_execution_at: text });
      expect(dueSchedules(db, { now: NOW })).toHaveLength(1);
      expect(dueSchedules(db, { now: new Date(NOW.getTime() - 1) })).toEqual([]);
    }
  });

  it('cannot be found at no time', async () => {
    const { db } = await openTab();
    expect(() => dueSchedules(db, { now: new Date(Number.NaN) })).toThrow(UsageError);
  });
});

describe('updating a schedule', () => {
  it('sets the next execution anew for another expression, and clears it for none', async () => {
    const { db } = await openWith(input(1));
    const changed = await db.write((tx) => updateSchedule(tx, flow(1), { cronExpression: '0 8 * * *' }, { now: LATER, zone }));
    expect(changed).toMatchObject({ cronExpression: '0 8 * * *', nextExecutionAt: new Date('2025-06-04T06:00:00.000Z') });
    expect(getSchedule(db, flow(1))).toEqual(changed);
    const cleared = await db.write((tx) => updateSchedule(tx, { id: idOf(1) }, { cronExpression: null }));
    expect(cleared).toMatchObject({ cronExpression: null, nextExecutionAt: null });
  });

  it('keeps the next execution when the expression stays the same', async () => {
    const { db } = await openWith(input(1));
    const patch = { description: 'News', cronExpression: NINE, isEnabled: true };
    const row = await db.write((tx) => updateSchedule(tx, flow(1), patch, { now: LATER, zone }));
    expect(row).toMatchObject({ description: 'News', nextExecutionAt: NEXT });
  });

  it('makes up for nothing that was to happen while it was not enabled', async () => {
    const { db } = await openWith(input(1));
    const off = await db.write((tx) => updateSchedule(tx, flow(1), { isEnabled: false }, { now: NOW, zone }));
    expect(off).toMatchObject({ isEnabled: false, nextExecutionAt: NEXT });
    const on = await db.write((tx) => updateSchedule(tx, flow(1), { isEnabled: true }, { now: LATER, zone }));
    expect(on).toMatchObject({ isEnabled: true, nextExecutionAt: NEXT_LATER });
  });

  it('changes nothing where nothing is given, and no id or time of a whole row', async () => {
    const { db } = await openWithRow({ cron_expression: NINE });
    const before = getSchedule(db, flow(1));
    const unpatchable = { flowId: 'flow-2', executionCount: 7, createdAt: NOW, description: undefined };
    expect(await db.write((tx) => updateSchedule(tx, flow(1), unpatchable))).toEqual(before);
    expect(getSchedule(db, flow(1))).toEqual(before);
  });

  it('gives the time of the update', async () => {
    const { db } = await openWithRow({ cron_expression: NINE });
    const row = await db.write((tx) => updateSchedule(tx, flow(1), { description: 'News' }));
    expect(row.updatedAt.getTime()).toBeGreaterThan(NOW.getTime());
    expect(getSchedule(db, flow(1))).toEqual(row);
  });

  it('to an expression that is none, or of one that is not there, is an error', async () => {
    const { db } = await openWith(input(1));
    const before = getSchedule(db, flow(1));
    await expect(db.write((tx) => updateSchedule(tx, flow(1), { cronExpression: 'daily' }))).rejects.toBeInstanceOf(InvalidCronError);
    expect(getSchedule(db, flow(1))).toEqual(before);
    const missing = (key: { id: string } | { flowId: string }) => db.write((tx) => updateSchedule(tx, key, { isEnabled: false }));
    await expect(missing(flow(2))).rejects.toMatchObject({ name: 'NotFoundError', table: 'schedules', column: 'flow_id' });
    await expect(missing({ id: idOf(2) })).rejects.toMatchObject({ column: 'id' });
  });

  it('switches off one whose expression is none here', async () => {
    const { db } = await openWithRow({ cron_expression: '@daily', next_execution_at: '2025-06-01 00:00:00' });
    expect(await db.write((tx) => updateSchedule(tx, flow(1), { isEnabled: false }))).toMatchObject({ isEnabled: false });
  });
});

describe('deleting a schedule', () => {
  it('deletes it by its id or its flow', async () => {
    const { db } = await openWith(input(1), input(2), input(3));
    await db.write((tx) => {
      deleteSchedule(tx, flow(1));
      deleteSchedule(tx, { id: idOf(3) });
    });
    expect(flowsOf(listSchedules(db))).toEqual([2]);
  });

  it('that is not there is an error', async () => {
    const { db } = await openWith(input(1));
    await expect(db.write((tx) => deleteSchedule(tx, flow(2)))).rejects.toBeInstanceOf(NotFoundError);
    await expect(db.write((tx) => deleteSchedule(tx, { id: idOf(2) }))).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe('recording an execution', () => {
  it('counts it, notes when, and moves the next one', async () => {
    const { db } = await openWith(input(1));
    const once = await db.write((tx) => recordExecution(tx, flow(1), { now: NOW, zone }));
    expect(once).toMatchObject({ executionCount: 1, lastExecutionAt: NOW, nextExecutionAt: NEXT });
    const twice = await db.write((tx) => recordExecution(tx, { id: idOf(1) }, { now: LATER, zone }));
    expect(twice).toMatchObject({ executionCount: 2, lastExecutionAt: LATER, nextExecutionAt: NEXT_LATER });
    expect(getSchedule(db, flow(1))).toEqual(twice);
  });

  it('of one without an expression leaves it without a next one', async () => {
    const { db } = await openWith({ ...flow(1) });
    expect(await db.write((tx) => recordExecution(tx, flow(1)))).toMatchObject({ executionCount: 1, nextExecutionAt: null });
  });

  it('of one that is not there, or whose expression is none here, is an error', async () => {
    const { db } = await openWithRow({ cron_expression: '@daily' });
    await expect(db.write((tx) => recordExecution(tx, flow(2)))).rejects.toBeInstanceOf(NotFoundError);
    await expect(db.write((tx) => recordExecution(tx, flow(1)))).rejects.toBeInstanceOf(InvalidCronError);
    expect(getSchedule(db, flow(1))?.executionCount).toBe(0);
  });
});

describe('schedules of two tabs', () => {
  it('are one for each flow, whoever creates it first', async () => {
    const tab = await openTab();
    const other = await openTab(tab);
    const outcomes = await Promise.allSettled([tab, other].map(({ db }) => db.write((tx) => createSchedule(tx, { ...flow(1) }))));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(DuplicateNameError) });
  });
});
