import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCron, localZone, nextExecution } from '../../src/vibesurf/cron.js';
import { thrownBy } from '../database/outcome.js';

/** The next executions in a row, without the year and the seconds, in UTC. */
function nextOnes(expression: string, after: string, zone: string, count = 3): string[] {
  const found: string[] = [];
  for (let at: Date | null = new Date(after); found.length < count; ) {
    at = nextExecution(expression, at, zone);
    if (!at) break;
    found.push(at.toISOString().slice(5, 16));
  }
  return found;
}

describe('the next execution', () => {
  it.each([
    ['0 9 * * 1-5', '2025-01-03T09:00:00Z', '2025-01-06T09:00:00.000Z'],
    ['*/15 * * * *', '2025-01-01T00:01:00Z', '2025-01-01T00:15:00.000Z'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
    ['0 0 13 * 5', '2025-01-01T00:00:00Z', '2025-01-03T00:00:00.000Z'],
    ['0 0 * JAN SUN', '2025-02-01T00:00:00Z', '2026-01-04T00:00:00.000Z'],
    ['  0\t9  * * * ', '2025-01-01T00:00:00Z', '2025-01-01T09:00:00.000Z'],
  ])('of %s after %s is %s', (expression, after, next) => {
    expect(nextExecution(expression, new Date(after), 'UTC')?.toISOString()).toBe(next);
  });

  it.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *'])('of %s never comes', (expression) => {
    expect(nextExecution(expression, new Date('2025-01-01T00:00:00Z'), 'Europe/Berlin')).toBeNull();
  });

  it.each([
    ['08:59:59.999', '01-01T09:00'],
    ['09:00:00.000', '01-02T09:00'],
    ['09:00:00.001', '01-02T09:00'],
    ['09:00:59.999', '01-02T09:00'],
  ])('of 0 9 * * * after %s is strictly later', (time, next) => {
    expect(nextOnes('0 9 * * *', `2025-01-01T${time}Z`, 'UTC', 1)).toEqual([next]);
  });

  it('is a whole minute, strictly later, and no later than that of a later moment', () => {
    const expression = fc.constantFrom('* * * * *', '*/7 * * * *', '30 2 * * *', '0 0 1 * *', '15 1,2 * * 0', '59 23 31 12 *');
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
    const moment = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
    const property = fc.property(expression, zone, moment, fc.integer({ min: 0, max: 86_400_000 }), (cron, place, at, gap) => {
      const next = nextExecution(cron, new Date(at), place)?.getTime() ?? 0;
      expect(next).toBeGreaterThan(at);
      expect(next % 60_000).toBe(0);
      expect(nextExecution(cron, new Date(at + gap), place)?.getTime()).toBeGreaterThanOrEqual(next);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('is in the time zone of the computer by default', () => {
    const after = new Date('2025-01-01T00:00:00Z');
    expect(nextExecution('0 9 * * *', after)).toEqual(nextExecution('0 9 * * *', after, localZone()));
    expect(localZone()).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  it('refuses a date that is none', () => {
    expect(thrownBy(() => nextExecution('* * * * *', new Date(Number.NaN), 'UTC'))).toMatchObject({ name: 'UsageError' });
  });
});

describe('when clocks go forward', () => {
  it.each([
    // 02:00 to 03:00 is left out, at 01:00 UTC.
    ['Europe/Berlin', '2025-03-30T00:00Z', '30 2 * * *', ['03-30T01:00', '03-31T00:30', '04-01T00:30']],
    ['Europe/Berlin', '2025-03-30T00:00Z', '30 1,2 * * *', ['03-30T00:30', '03-30T23:30', '03-31T00:30']],
    ['Europe/Berlin', '2025-03-30T00:00Z', '0 * * * *', ['03-30T01:00', '03-30T02:00', '03-30T03:00']],
    ['Europe/Berlin', '2025-03-29T12:00Z', '0 9 * * *', ['03-30T07:00', '03-31T07:00', '04-01T07:00']],
    // 02:00 to 03:00 is left out, at 07:00 UTC.
    ['America/New_York', '2025-03-09T06:00Z', '30 2 * * *', ['03-09T07:00', '03-10T06:30', '03-11T06:30']],
    ['America/New_York', '2025-03-09T06:00Z', '30 1,2 * * *', ['03-09T06:30', '03-10T05:30', '03-10T06:30']],
    // 02:00 to 02:30 is left out, at 15:30 UTC of the day before.
    ['Australia/Lord_Howe', '2025-10-04T14:00Z', '15 2 * * *', ['10-04T15:30', '10-05T15:15', '10-06T15:15']],
    ['Australia/Lord_Howe', '2025-10-04T14:00Z', '45 2 * * *', ['10-04T15:45', '10-05T15:45', '10-06T15:45']],
    ['Australia/Lord_Howe', '2025-10-04T14:00Z', '0 * * * *', ['10-04T14:30', '10-04T16:00', '10-04T17:00']],
  ])('in %s, after %s %s is due at %j', (zone, after, expression, expected) => {
    expect(nextOnes(expression, after, zone)).toEqual(expected);
  });
});

describe('when clocks go back', () => {
  it.each([
    // 02:00 to 03:00 comes twice, from 00:00 UTC.
    ['Europe/Berlin', '2025-10-25T23:00Z', '30 2 * * *', ['10-26T00:30', '10-27T01:30', '10-28T01:30']],
    ['Europe/Berlin', '2025-10-26T00:45Z', '30 2 * * *', ['10-27T01:30', '10-28T01:30', '10-29T01:30']],
    ['Europe/Berlin', '2025-10-25T23:00Z', '30 1,2 * * *', ['10-25T23:30', '10-26T00:30', '10-26T01:30']],
    ['Europe/Berlin', '2025-10-25T23:45Z', '*/30 * * * *', ['10-26T00:00', '10-26T00:30', '10-26T01:00']],
    ['Europe/Berlin', '2025-10-25T12:00Z', '0 9 * * *', ['10-26T08:00', '10-27T08:00', '10-28T08:00']],
    // 01:00 to 02:00 comes twice, from 05:00 UTC.
    ['America/New_York', '2025-11-02T04:30Z', '30 1 * * *', ['11-02T05:30', '11-03T06:30', '11-04T06:30']],
    ['America/New_York', '2025-11-02T05:45Z', '30 1 * * *', ['11-03T06:30', '11-04T06:30', '11-05T06:30']],
    ['America/New_York', '2025-11-02T04:30Z', '30 1,2 * * *', ['11-02T05:30', '11-02T06:30', '11-02T07:30']],
    // 01:30 to 02:00 comes twice, from 14:30 UTC of the day before.
    ['Australia/Lord_Howe', '2025-04-05T13:30Z', '45 1 * * *', ['04-05T14:45', '04-06T15:15', '04-07T15:15']],
    ['Australia/Lord_Howe', '2025-04-05T13:30Z', '*/30 * * * *', ['04-05T14:00', '04-05T14:30', '04-05T15:00']],
    ['Australia/Lord_Howe', '2025-04-05T13:30Z', '0 * * * *', ['04-05T14:00', '04-05T15:30', '04-05T16:30']],
  ])('in %s, after %s %s is due at %j', (zone, after, expression, expected) => {
    expect(nextOnes(expression, after, zone)).toEqual(expected);
  });
});

describe('a cron expression', () => {
  it.each([
    ['', 0],
    ['   ', 0],
    ['@daily', 1],
    ['2025-01-01T00:00:00', 1],
    ['* * * *', 4],
    ['0 * * * * *', 6],
  ])('"%s" has not five fields', (expression, count) => {
    const thrown = thrownBy(() => checkCron(expression, 'UTC'));
    expect(thrown).toMatchObject({ name: 'InvalidCronError', code: 'CRON_FIELDS' });
    expect(String(thrown)).toContain(`has five fields, and this one has ${count}.`);
  });

  it.each([
    ['60 * * * *', 1, 'minute'],
    ['a * * * *', 1, 'minute'],
    ['*/0 * * * *', 1, 'minute'],
    ['* 24 * * *', 2, 'hour'],
    ['* 22-2 * * *', 2, 'hour'],
    ['* * 0 * *', 3, 'day of the month'],
    ['* * 32 * *', 3, 'day of the month'],
    ['* * * 13 *', 4, 'month'],
    ['* * * * 8', 5, 'day of the week'],
    ['* * * * FRI-MON', 5, 'day of the week'],
    ['@daily * * * *', 1, 'minute'],
  ])('%s has an invalid field %i', (expression, field, name) => {
    const thrown = thrownBy(() => nextExecution(expression, new Date(0), 'UTC'));
    expect(thrown).toMatchObject({ name: 'InvalidCronError', code: 'CRON_INVALID', field });
    expect(String(thrown)).toContain(`has no valid ${name} (`);
    expect(thrown).not.toHaveProperty('cause');
  });

  it.each(['', 'Mars/Phobos', 'Berlin'])('is not computed in the unknown time zone "%s"', (zone) => {
    expect(thrownBy(() => checkCron('* * * * *', zone))).toMatchObject({ name: 'InvalidCronError', code: 'CRON_ZONE' });
    expect(thrownBy(() => nextExecution('* * * * *', new Date(0), zone))).toMatchObject({ code: 'CRON_ZONE' });
  });

  it('that is valid passes the check', () => {
    expect(checkCron('0 9 * * 1-5', 'Europe/Berlin')).toBeUndefined();
    expect(checkCron('0 9 * * 1-5')).toBeUndefined();
  });
});
