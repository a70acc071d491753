import { describe, expect, it } from 'vitest';
import { datetime, formatDatetime, parseDatetime } from '../../../src/drizzle/columns/datetime.js';
import { openTestDatabase } from '../../database/open-test-database.js';
import { thrownBy } from '../../database/outcome.js';
import { mappedColumn } from './mapped-column.js';

const column = mappedColumn(datetime());

describe('a datetime', () => {
  it.each([
    ['2025-03-02 08:15:30', '2025-03-02T08:15:30.000Z'],
    ['2025-03-02 08:15:30.1', '2025-03-02T08:15:30.100Z'],
    ['2025-03-02 08:15:30.000001', '2025-03-02T08:15:30.000Z'],
    ['2025-05-05 05:05:05.999999', '2025-05-05T05:05:05.999Z'],
    ['2025-05-05 05:05:05.123456789', '2025-05-05T05:05:05.123Z'],
    ['0000-01-01 00:00:00', '0000-01-01T00:00:00.000Z'],
    ['2024-02-29 23:59:59.500', '2024-02-29T23:59:59.500Z'],
  ])('is read from %s in UTC, cut to milliseconds', (text, iso) => {
    expect(parseDatetime(text)?.toISOString()).toBe(iso);
    expect(column.fromDriver(text)).toEqual(new Date(iso));
  });

  it('is read from what CURRENT_TIMESTAMP gives', async () => {
    const database = await openTestDatabase();
    const [[text, seconds] = []] = database.values('SELECT CURRENT_TIMESTAMP, unixepoch(CURRENT_TIMESTAMP)');
    expect(parseDatetime(String(text))?.getTime()).toBe(Number(seconds) * 1000);
  });

  it('is written with six digits, and kept as text', async () => {
    const date = new Date('2025-03-02T08:15:30.120Z');
    expect(formatDatetime(date)).toBe('2025-03-02 08:15:30.120000');
    expect(await column.kept(date)).toBe('2025-03-02 08:15:30.120000');
    expect(column.sqlType).toBe('DATETIME');
  });

  it.each([
    '2025-03-02T08:15:30',
    '2025-03-02 08:15:30Z',
    '2025-03-02 08:15',
    '2025-03-02',
    '2025-02-30 00:00:00',
    '2025-13-01 00:00:00',
    '2025-03-02 24:00:00',
    '2025-03-02 08:15:30.',
    '2025-03-02 08:15:30.1234567890',
    ' 2025-03-02 08:15:30',
    '',
  ])('is not read from "%s"', (text) => {
    expect(parseDatetime(text)).toBeUndefined();
    const thrown = thrownBy(() => column.fromDriver(text));
    expect(thrown).toMatchObject({ name: 'InvalidValueError', code: 'COLUMN_DATETIME', column: 'things.given' });
    if (text !== '') expect(String(thrown)).not.toContain(text);
  });

  it('is not read from a number', () => {
    expect(() => column.fromDriver(1740903330)).toThrow(
      'things.given: expected a text like YYYY-MM-DD HH:MM:SS or YYYY-MM-DD HH:MM:SS.ffffff and found a number of another form.',
    );
  });

  it.each([
    ['an invalid one', new Date(Number.NaN)],
    ['an invalid one', new Date('+010000-01-01T00:00:00Z')],
    ['an invalid one', new Date('-000001-01-01T00:00:00Z')],
    ['a text', '2025-03-02 08:15:30'],
  ])('that is %s is not written', (found, value) => {
    expect(() => column.toDriver(value)).toThrow(`things.given: expected a valid Date of the years 0 to 9999 and was given ${found}.`);
  });

  it('reads as an invalid Date where it is told to, and is not written from one', () => {
    const lenient = mappedColumn(datetime({ onInvalid: 'invalid-date' }));
    for (const stored of ['yesterday', 7, new Uint8Array(1)]) expect(Number(lenient.fromDriver(stored))).toBeNaN();
    expect(lenient.fromDriver('2025-03-02 08:15:30')).toEqual(new Date('2025-03-02T08:15:30Z'));
    expect(thrownBy(() => lenient.toDriver(new Date(Number.NaN)))).toMatchObject({ code: 'COLUMN_DATETIME' });
  });
});
