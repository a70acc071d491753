import { and, asc, desc, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { nextExecution } from '../cron.js';
import { type NewScheduleRow, type ScheduleRow, schedules } from '../models/schedule.js';
import { existing, notFound } from './existence.js';
import { isUntil, wholeSecond } from './moment.js';
import { type Page, pageOf } from './page.js';
import { givenOf, isEmpty, type Patch, UPDATE_TIME } from './patch.js';
import { naming } from './unique.js';

type Field = 'cronExpression' | 'isEnabled' | 'description';

const FIELDS: readonly Field[] = ['cronExpression', 'isEnabled', 'description'];

/** A new schedule; one for each flow. Without an expression it is never due. */
export type ScheduleInput = Pick<NewScheduleRow, 'id' | 'flowId' | Field>;
export type SchedulePatch = Patch<NewScheduleRow, Field>;

/** Which schedule: by its own id, or by that of its flow. */
export type ScheduleKey = { readonly id: string; readonly flowId?: never } | { readonly flowId: string; readonly id?: never };

export interface ScheduleFilter extends Page {
  /** Only those that are enabled, or only those that are not; all by default. */
  readonly isEnabled?: boolean;
}

/** When it is, and where. */
export interface ScheduleTime {
  /** The moment from which the next execution is counted; the present by default. */
  readonly now?: Date;
  /** The time zone in which expressions are meant; the user's own by default. Moments are stored in UTC. */
  readonly zone?: string;
}

/** Rows of one second keep the order in which they were inserted. */
const NEWEST_FIRST: readonly SQL[] = [desc(schedules.createdAt), sql`rowid DESC`];

/**
 * @throws {InvalidCronError} for an expression, or a zone, that is none.
 * @throws {DuplicateNameError} when the flow has a schedule already.
 */
export function createSchedule(tx: DrizzleWriter, input: ScheduleInput, { now = new Date(), zone }: ScheduleTime = {}): ScheduleRow {
  const nextExecutionAt = nextOf(input.cronExpression, now, zone);
  const values = {
    ...givenOf(input, ['id', 'flowId', ...FIELDS]),
    nextExecutionAt,
    createdAt: wholeSecond(now),
    updatedAt: wholeSecond(now),
  };
  return naming(() => tx.insert(schedules).values(values).returning().get());
}

/** A schedule, or undefined. */
export function getSchedule(db: DrizzleReader, key: ScheduleKey): ScheduleRow | undefined {
  return db.select().from(schedules).where(isThe(key)).get();
}

/** Schedules, newest first; at most 50 by default. @throws {UsageError} for a page that is none. */
export function listSchedules(db: DrizzleReader, filter: ScheduleFilter = {}): ScheduleRow[] {
  const { limit, offset } = pageOf(filter);
  return db
    .select()
    .from(schedules)
    .where(filter.isEnabled === undefined ? undefined : eq(schedules.isEnabled, filter.isEnabled))
    .orderBy(...NEWEST_FIRST)
    .limit(limit)
    .offset(offset)
    .all();
}

/** All schedules that are enabled, newest first. */
export function listEnabledSchedules(db: DrizzleReader): ScheduleRow[] {
  return listSchedules(db, { isEnabled: true, limit: -1 });
}

/** All enabled schedules whose next execution is now or was to be earlier, the one that waits longest first. */
export function dueSchedules(db: DrizzleReader, { now = new Date() }: { readonly now?: Date } = {}): ScheduleRow[] {
  // The plus keeps SQLite from the index of all enabled rows: few of them are due.
  const isEnabled = sql`+${eq(schedules.isEnabled, true)}`;
  return db
    .select()
    .from(schedules)
    .where(and(isUntil(schedules.nextExecutionAt, now), isEnabled, isNotNull(schedules.cronExpression)))
    .orderBy(asc(schedules.nextExecutionAt), sql`rowid`)
    .all();
}

/**
 * Changes what is given. Another expression, and enabling what was not, set the next execution anew, so that nothing is made up for
 * that was to happen meanwhile; an expression of null clears it.
 *
 * @throws {InvalidCronError} for an expression, or a zone, that is none.
 * @throws {NotFoundError} when there is no such schedule.
 */
export function updateSchedule(
  tx: DrizzleWriter,
  key: ScheduleKey,
  patch: SchedulePatch,
  { now = new Date(), zone }: ScheduleTime = {},
): ScheduleRow {
  const given = givenOf(patch, FIELDS);
  const before = existing(getSchedule(tx, key), columnOf(key));
  if (isEmpty(given)) return before;
  const { cronExpression, isEnabled } = { ...before, ...given };
  const isAnew = cronExpression !== before.cronExpression || (isEnabled && !before.isEnabled);
  return update(tx, key, isAnew ? { ...given, nextExecutionAt: nextOf(cronExpression, now, zone) } : given);
}

/** @throws {NotFoundError} when there is no such schedule. */
export function deleteSchedule(tx: DrizzleWriter, key: ScheduleKey): void {
  const { changes } = tx.delete(schedules).where(isThe(key)).run();
  if (changes === 0) throw notFound(columnOf(key));
}

/**
 * Notes that the schedule was executed, and sets when it is next.
 *
 * @throws {InvalidCronError} when it has an expression that is none here, as an import may bring.
 * @throws {NotFoundError} when there is no such schedule.
 */
export function recordExecution(tx: DrizzleWriter, key: ScheduleKey, { now = new Date(), zone }: ScheduleTime = {}): ScheduleRow {
  const { cronExpression } = existing(getSchedule(tx, key), columnOf(key));
  const executionCount = sql`${schedules.executionCount} + 1`;
  return update(tx, key, { executionCount, lastExecutionAt: now, nextExecutionAt: nextOf(cronExpression, now, zone) });
}

interface Execution {
  readonly executionCount: SQL;
  readonly lastExecutionAt: Date;
}

function update(
  tx: DrizzleWriter,
  key: ScheduleKey,
  values: Pick<Partial<NewScheduleRow>, Field | 'nextExecutionAt'> & Partial<Execution>,
) {
  const updating = tx.update(schedules).set({ ...values, updatedAt: UPDATE_TIME });
  return existing(updating.where(isThe(key)).returning().get(), columnOf(key));
}

function nextOf(cronExpression: string | null | undefined, now: Date, zone: string | undefined): Date | null {
  return typeof cronExpression === 'string' ? nextExecution(cronExpression, now, zone) : null;
}

function columnOf(key: ScheduleKey): typeof schedules.id | typeof schedules.flowId {
  return key.id === undefined ? schedules.flowId : schedules.id;
}

function isThe(key: ScheduleKey): SQL {
  return key.id === undefined ? eq(schedules.flowId, key.flowId) : eq(schedules.id, key.id);
}
