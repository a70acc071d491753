import { customType } from 'drizzle-orm/sqlite-core';
import type { SqlValue } from '../../engine/values.js';
import { InvalidValueError } from '../../errors/column-error.js';
import { type ColumnBuilder, kindOf, labelOf } from './column.js';

export interface DatetimeOptions {
  /** What reading does with a value that is no datetime: throw (by default), or give an invalid Date. */
  readonly onInvalid?: 'throw' | 'invalid-date';
}

const FORMAT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/;

/**
 * The text of a moment, in UTC: `YYYY-MM-DD HH:MM:SS.mmm000`, six digits after the point as Python's SQLAlchemy writes them.
 * Undefined for an invalid Date, and outside of the years 0000 to 9999.
 */
export function formatDatetime(date: Date): string | undefined {
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  return text.length === 24 ? `${text.slice(0, 10)} ${text.slice(11, 23)}000` : undefined;
}

/**
 * The moment of `YYYY-MM-DD HH:MM:SS`, in UTC, with 1 to 9 digits after a point or none; what is finer than a millisecond is
 * cut off. Undefined for any other text, and for days and hours that there are not.
 */
export function parseDatetime(text: string): Date | undefined {
  const [match, day, time, fraction = ''] = FORMAT.exec(text) ?? [];
  if (match === undefined) return undefined;
  const iso = `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const date = new Date(iso);
  // The 30th of February is the 2nd of March to some engines.
  return !Number.isNaN(date.getTime()) && date.toISOString() === iso ? date : undefined;
}

/**
 * A moment as a `Date`, stored as `DATETIME` text in UTC.
 *
 * Reads what SQLite's CURRENT_TIMESTAMP and what Python writes, and writes the latter. A `Date` has milliseconds: what is read and
 * written back loses the three digits after them. As texts, `10:00:00` and `10:00:00.000000` are not equal, and the shorter one
 * is less.
 *
 * Writing throws {InvalidValueError} `COLUMN_DATETIME` for anything else, and so does reading unless `onInvalid` is `invalid-date`.
 */
export function datetime(options?: DatetimeOptions): ColumnBuilder<'', Date>;
export function datetime<Name extends string>(name: Name, options?: DatetimeOptions): ColumnBuilder<Name, Date>;
export function datetime(first: string | DatetimeOptions = '', second: DatetimeOptions = {}): unknown {
  const { onInvalid = 'throw' } = typeof first === 'string' ? second : first;
  const column = customType<{ data: Date; driverData: SqlValue }>({
    dataType: () => 'DATETIME',
    toDriver(this: unknown, value: Date): string {
      const text = value instanceof Date ? formatDatetime(value) : undefined;
      if (text !== undefined) return text;
      const found = value instanceof Date ? 'an invalid one' : kindOf(value);
      throw new InvalidValueError('COLUMN_DATETIME', labelOf(this), `expected a valid Date of the years 0 to 9999 and was given ${found}.`);
    },
    fromDriver(this: unknown, value: SqlValue): Date {
      const date = typeof value === 'string' ? parseDatetime(value) : undefined;
      if (date) return date;
      if (onInvalid === 'invalid-date') return new Date(Number.NaN);
      throw new InvalidValueError(
        'COLUMN_DATETIME',
        labelOf(this),
        `expected a text like YYYY-MM-DD HH:MM:SS or YYYY-MM-DD HH:MM:SS.ffffff and found ${kindOf(value)} of another form. Correct the row with SQL.`,
      );
    },
  });
  return column(typeof first === 'string' ? first : '');
}
