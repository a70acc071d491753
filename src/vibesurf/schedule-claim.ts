import { and, asc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { DrizzleReader, DrizzleWriter } from '../drizzle/drizzle.js';
import { type ScheduleRow, schedules } from './models/schedule.js';
import { isAfter, isAt, timeOf } from './queries/moment.js';
import { UPDATE_TIME } from './queries/patch.js';
import { listEnabledSchedules } from './queries/schedules.js';

/** What becomes of a due schedule: executed now, or passed over; and when it is due again. */
export interface Claim {
  readonly now: Date;
  readonly next: Date | null;
  readonly isExecuted: boolean;
}

/** A schedule that has an expression, with the next execution that was read of it. */
export interface Plannable extends ScheduleRow {
  readonly cronExpression: string;
}

export function isPlannable(schedule: ScheduleRow): schedule is Plannable {
  return schedule.cronExpression !== null;
}

/**
 * Takes a due schedule, if it still is as it was read: one statement that compares and swaps, so that of several tabs one has it. An
 * execution is counted here, before it begins.
 *
 * @returns the row as it is now, or undefined when somebody else was first.
 */
export function claimSchedule(tx: DrizzleWriter, read: Plannable, { now, next, isExecuted }: Claim): ScheduleRow | undefined {
  const executed = { executionCount: sql`${schedules.executionCount} + 1`, lastExecutionAt: now };
  return tx
    .update(schedules)
    .set({ ...(isExecuted && executed), nextExecutionAt: next, updatedAt: UPDATE_TIME })
    .where(
      and(
        eq(schedules.flowId, read.flowId),
        eq(schedules.isEnabled, true),
        eq(schedules.cronExpression, read.cronExpression),
        isNextAsRead(read),
      ),
    )
    .returning()
    .get();
}

/** All enabled schedules that have an expression, the oldest first. */
export function plannableSchedules(db: DrizzleReader): Plannable[] {
  return listEnabledSchedules(db).filter(isPlannable).reverse();
}

/** When the first of the enabled schedules is due after a moment. */
export function nextDueAt(db: DrizzleReader, after: Date): Date | undefined {
  const isEnabled = sql`+${eq(schedules.isEnabled, true)}`;
  const first = db
    .select({ at: schedules.nextExecutionAt })
    .from(schedules)
    .where(and(isAfter(schedules.nextExecutionAt, after), isEnabled, sql`+${isNotNull(schedules.cronExpression)}`))
    .orderBy(asc(schedules.nextExecutionAt))
    .limit(1)
    .get();
  return first && timeOf(first.at) !== undefined ? (first.at ?? undefined) : undefined;
}

/** What is no datetime cannot be compared; another tab that puts one in its place gives every schedule the same. */
function isNextAsRead({ nextExecutionAt }: Plannable): SQL | undefined {
  if (nextExecutionAt === null) return isNull(schedules.nextExecutionAt);
  return timeOf(nextExecutionAt) === undefined ? undefined : isAt(schedules.nextExecutionAt, nextExecutionAt);
}
