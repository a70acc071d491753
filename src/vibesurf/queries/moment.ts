import { type Column, type SQL, sql } from 'drizzle-orm';
import { formatDatetime } from '../../drizzle/columns/datetime.js';
import { UsageError } from '../../errors/database-error.js';

/*
 * Moments stand in a column as texts of several lengths, `10:00:00` and `10:00:00.000000`, of which the shorter one is less. Each
 * bound here is the least or the greatest text of its millisecond, so that all texts of one moment fall on the same side.
 */

/** That the moment in a column is earlier than this one, by whole milliseconds. */
export function isBefore(column: Column, moment: Date): SQL {
  return sql`${column} < ${leastText(moment)}`;
}

/** That the moment in a column is this one or earlier. */
export function isUntil(column: Column, moment: Date): SQL {
  return sql`${column} <= ${greatestText(moment)}`;
}

/** That the moment in a column is later than this one. */
export function isAfter(column: Column, moment: Date): SQL {
  return sql`${column} > ${greatestText(moment)}`;
}

/** That the moment in a column is this one, as it was read from there. */
export function isAt(column: Column, moment: Date): SQL {
  return sql`${column} BETWEEN ${leastText(moment)} AND ${greatestText(moment)}`;
}

/** A moment as the triggers of the tables write it: what is made and updated at once is so in this order. */
export function wholeSecond(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / 1000) * 1000);
}

/** Milliseconds since 1970; undefined of no moment, and of one that was read from a text that is no datetime. */
export function timeOf(moment: Date | null): number | undefined {
  const time = moment?.getTime();
  return time === undefined || Number.isNaN(time) ? undefined : time;
}

function leastText(moment: Date): string {
  return textOf(moment).replace(/\.?0+$/, '');
}

function greatestText(moment: Date): string {
  return textOf(moment).replace(/0{3}$/, '999999');
}

function textOf(moment: Date): string {
  const text = formatDatetime(moment);
  if (text === undefined) throw new UsageError('now is to be a valid Date of the years 0 to 9999.');
  return text;
}
