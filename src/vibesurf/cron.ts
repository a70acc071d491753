import { Cron } from 'croner';
import { InvalidCronError } from '../errors/cron-error.js';
import { UsageError } from '../errors/database-error.js';

const FIELDS = ['minute (0-59)', 'hour (0-23)', 'day of the month (1-31)', 'month (1-12 or JAN-DEC)', 'day of the week (0-7 or SUN-SAT)'];

/** The time zone of this computer, by its IANA name. */
export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * Checks an expression of five fields: minute, hour, day of the month, month, day of the week. Nicknames such as `@daily`, and fields
 * for seconds or years, are not taken.
 *
 * @throws {InvalidCronError} `CRON_FIELDS` for another number of fields, `CRON_INVALID` with the field that is wrong, `CRON_ZONE` for a
 * time zone that this platform does not know.
 */
export function checkCron(expression: string, zone: string = localZone()): void {
  const fields = expression.trim().split(/\s+/).filter(Boolean);
  if (fields.length !== FIELDS.length)
    throw new InvalidCronError(
      'CRON_FIELDS',
      `A cron expression has five fields, and this one has ${fields.length}. Give minute, hour, day of the month, month and day of the week, such as "0 9 * * 1-5"; nicknames and seconds are not known.`,
    );
  if (!isValid(fields)) throw invalidField(fields);
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new InvalidCronError('CRON_ZONE', 'The time zone is unknown here. Give a name of the IANA database, such as "Europe/Berlin".');
  }
}

/**
 * When an expression is next due, strictly later than `after`; null where it never is, as on the 31st of February. With both a day
 * of the month and a day of the week, either will do.
 *
 * A single time of day that a change of the clocks leaves out is due when the clocks have moved, and one that comes twice is due the
 * first time. Of several times (`*`, lists, ranges, steps) those left out are skipped, and those that come twice are due twice.
 *
 * @throws {InvalidCronError} as `checkCron` does.
 * @throws {UsageError} when `after` is not a valid date.
 */
export function nextExecution(expression: string, after: Date, zone: string = localZone()): Date | null {
  checkCron(expression, zone);
  if (Number.isNaN(after.getTime())) throw new UsageError('after is to be a valid Date.');
  return new Cron(expression, { mode: '5-part', timezone: zone }).nextRun(after);
}

function isValid(fields: readonly string[]): boolean {
  try {
    new Cron(fields.join(' '), { mode: '5-part' });
    return true;
  } catch {
    return false;
  }
}

/** The parser's own message quotes the expression: which field is wrong is found by trying each alone. */
function invalidField(fields: readonly string[]): InvalidCronError {
  const at = fields.findIndex((field, place) => !isValid(FIELDS.map((_, other) => (other === place ? field : '*'))));
  const what = FIELDS[at] ?? 'combination of fields';
  const message = `The cron expression has no valid ${what}. Give "*", numbers, ranges from the lower to the higher, or lists of them, a step after "*" or a range.`;
  return new InvalidCronError('CRON_INVALID', message, at < 0 ? {} : { field: at + 1 });
}
