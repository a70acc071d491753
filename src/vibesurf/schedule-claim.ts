import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { DrizzleReader, DrizzleWriter } from '../drizzle/drizzle.js';
import { type ScheduleRow, schedules } from './models/schedule.js';
import { isAfter, isAt } from './queries/moment.js';
import { UPDATE_TIME } from './queries/patch.js';

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
        isAsRead(read),
        read.nextExecutionAt ? isAt(schedules.nextExecutionAt, read.nextExecutionAt) : isNull(schedules.nextExecutionAt),
        eq(schedules.executionCount, read.executionCount),
      ),
    )
    .returning()
    .get();
}

/** Enabled schedules with an expression and no next execution, as an import may bring them. */
export function unplannedSchedules(db: DrizzleReader): ScheduleRow[] {
  const isEnabled = sql`+${eq(schedules.isEnabled, true)}`;
  return db
    .select()
    .from(schedules)
    .where(and(isNull(schedules.nextExecutionAt), isEnabled, sql`+${isNotNull(schedules.cronExpression)}`))
    .all();
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
  return first?.at ?? undefined;
}

/** The id may be NULL in SQLite, the flow's may not. */
function isAsRead({ flowId, cronExpression }: Plannable) {
  return and(eq(schedules.flowId, flowId), eq(schedules.isEnabled, true), eq(schedules.cronExpression, cronExpression));
}
