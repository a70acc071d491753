import { count, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { InvalidStatusError } from '../../errors/query-error.js';
import { type NewTaskRow, TASK_STATUSES, type TaskRow, type TaskStatus, tasks } from '../models/task.js';
import type { McpServerConfigInput } from '../shapes/mcp-server.js';
import type { TaskMetadataInput } from '../shapes/task-metadata.js';
import { existing, notFound } from './existence.js';
import { asColumnsTake, type WithJsonInput } from './json-input.js';
import { wholeSecond } from './moment.js';
import { type Page, pageOf } from './page.js';
import { givenOf, isEmpty, UPDATE_TIME } from './patch.js';

type Outcome = 'taskResult' | 'errorMessage' | 'reportPath';
type Request =
  | 'taskId'
  | 'sessionId'
  | 'taskDescription'
  | 'status'
  | 'llmProfileName'
  | 'uploadFilesPath'
  | 'workspaceDir'
  | 'mcpServerConfig'
  | 'taskMetadata'
  | 'agentMode';

const OUTCOME: readonly Outcome[] = ['taskResult', 'errorMessage', 'reportPath'];
const REQUEST: readonly Request[] = [
  'taskId',
  'sessionId',
  'taskDescription',
  'status',
  'llmProfileName',
  'uploadFilesPath',
  'workspaceDir',
  'mcpServerConfig',
  'taskMetadata',
  'agentMode',
];

interface TaskJson {
  readonly mcpServerConfig?: McpServerConfigInput | null | undefined;
  readonly taskMetadata?: TaskMetadataInput | null | undefined;
}

/** A task to save: a new one, or one that is there already by its `taskId`. */
export type TaskInput = WithJsonInput<Pick<NewTaskRow, Request | Outcome>, TaskJson>;

/** How a task ended: `completed` unless it says otherwise. What is not given stays as it is. */
export interface TaskCompletion extends Pick<TaskInput, Outcome | 'taskMetadata'> {
  readonly status?: FinishedStatus | undefined;
}

/** A session, as its tasks tell of it. */
export interface SessionSummary {
  readonly sessionId: string;
  readonly taskCount: number;
  /** When its first task was made. */
  readonly createdAt: Date;
  /** When one of its tasks last changed. */
  readonly lastActivityAt: Date;
  /** That of its newest task. */
  readonly status: TaskStatus;
}

/** The statuses of a task that has ended. */
export const FINISHED_STATUSES = ['completed', 'failed', 'stopped'] as const;
export type FinishedStatus = (typeof FINISHED_STATUSES)[number];

/** The statuses of a task that has begun and not ended. */
const RUNNING_STATUSES: readonly TaskStatus[] = ['running', 'paused'];

/** Rows of one second keep the order in which they were inserted; an index on the time alone gives them so. */
const NEWEST_FIRST: readonly SQL[] = [desc(tasks.createdAt), sql`rowid DESC`];

/**
 * Inserts a task, or updates the one with its `taskId`: of that one only status, taskResult, errorMessage and reportPath, and of these
 * only what is given; null clears.
 *
 * `running` sets startedAt where it is not set yet; `completed`, `failed` and `stopped` set completedAt.
 *
 * @returns the row as it is now.
 * @throws {InvalidStatusError} {InvalidJsonError} {InvalidValueError} when a column cannot hold what is given.
 */
export function saveTask(tx: DrizzleWriter, task: TaskInput, { now = new Date() }: { readonly now?: Date } = {}): TaskRow {
  if (task.status !== undefined) checkStatus(task.status, TASK_STATUSES);
  const { status } = task;
  const inserting = tx.insert(tasks).values({
    ...asColumnsTake<Pick<NewTaskRow, Request | Outcome>>(givenOf(task, [...REQUEST, ...OUTCOME])),
    createdAt: wholeSecond(now),
    updatedAt: wholeSecond(now),
    startedAt: status === 'running' ? now : null,
    completedAt: isFinished(status) ? now : null,
  });
  const given = givenOf(task, ['status', ...OUTCOME]);
  if (isEmpty(given)) return inserting.onConflictDoNothing({ target: tasks.taskId }).returning().get() ?? inTheWay(tx, task.taskId);
  return inserting
    .onConflictDoUpdate({ target: tasks.taskId, set: { ...given, ...timesOf(status, now), updatedAt: UPDATE_TIME } })
    .returning()
    .get();
}

/** A task, or undefined. */
export function getTask(db: DrizzleReader, taskId: string): TaskRow | undefined {
  return db.select().from(tasks).where(eq(tasks.taskId, taskId)).get();
}

/** The tasks of a session, newest first. @throws {UsageError} for a page that is none. */
export function listTasksBySession(db: DrizzleReader, sessionId: string, page: Page = {}): TaskRow[] {
  return listTasks(db, eq(tasks.sessionId, sessionId), page);
}

/** The tasks of all sessions, newest first. @throws {UsageError} for a page that is none. */
export function listRecentTasks(db: DrizzleReader, page: Page = {}): TaskRow[] {
  return listTasks(db, undefined, page);
}

/** The tasks of a language model's profile, newest first. @throws {UsageError} for a page that is none. */
export function listTasksByLlmProfile(db: DrizzleReader, llmProfileName: string, page: Page = {}): TaskRow[] {
  return listTasks(db, eq(tasks.llmProfileName, llmProfileName), page);
}

/** All tasks that are running or paused, newest first. */
export function listRunningTasks(db: DrizzleReader): TaskRow[] {
  return listTasks(db, inArray(tasks.status, RUNNING_STATUSES), { limit: -1 });
}

/** The active task: the newest that is running or paused. Undefined where none is. */
export function getActiveTask(db: DrizzleReader): TaskRow | undefined {
  return listTasks(db, inArray(tasks.status, RUNNING_STATUSES), { limit: 1 })[0];
}

/** All sessions, the one that changed last first. @throws {UsageError} for a page that is none. */
export function listSessions(db: DrizzleReader, page: Page = {}): SessionSummary[] {
  const { limit, offset } = pageOf(page);
  const others = alias(tasks, 'others');
  const latestStatus = db
    .select({ status: others.status })
    .from(others)
    .where(eq(others.sessionId, tasks.sessionId))
    .orderBy(desc(others.createdAt), sql`rowid DESC`)
    .limit(1);
  const lastActivityAt = sql<Date>`max(${tasks.updatedAt})`.mapWith(tasks.updatedAt);
  return db
    .select({
      sessionId: tasks.sessionId,
      taskCount: count(),
      createdAt: sql<Date>`min(${tasks.createdAt})`.mapWith(tasks.createdAt),
      lastActivityAt,
      status: sql<TaskStatus>`${latestStatus}`,
    })
    .from(tasks)
    .groupBy(tasks.sessionId)
    .orderBy(desc(lastActivityAt), tasks.sessionId)
    .limit(limit)
    .offset(offset)
    .all();
}

/** How many tasks have each status; 0 where none has. */
export function countTasksByStatus(db: DrizzleReader): Record<TaskStatus, number> {
  const counts: Record<TaskStatus, number> = { pending: 0, running: 0, paused: 0, completed: 0, failed: 0, stopped: 0 };
  for (const { status, number } of db.select({ status: tasks.status, number: count() }).from(tasks).groupBy(tasks.status).all())
    counts[status] = number;
  return counts;
}

/**
 * Gives a task another status, and the times that go with it as `saveTask` does.
 *
 * @throws {InvalidStatusError} for a status that there is not.
 * @throws {NotFoundError} when there is no such task.
 */
export function updateTaskStatus(
  tx: DrizzleWriter,
  taskId: string,
  status: TaskStatus,
  { now = new Date() }: { readonly now?: Date } = {},
): TaskRow {
  checkStatus(status, TASK_STATUSES);
  return updateTask(tx, taskId, { status, ...timesOf(status, now) });
}

/**
 * Writes down how a task ended, and when.
 *
 * @throws {InvalidStatusError} for a status that is no end.
 * @throws {InvalidJsonError} for metadata that does not fit.
 * @throws {NotFoundError} when there is no such task.
 */
export function updateTaskCompletion(
  tx: DrizzleWriter,
  taskId: string,
  completion: TaskCompletion = {},
  { now = new Date() }: { readonly now?: Date } = {},
): TaskRow {
  const { status = 'completed' } = completion;
  checkStatus(status, FINISHED_STATUSES);
  return updateTask(tx, taskId, { ...givenOf(completion, ['taskMetadata', ...OUTCOME]), status, ...timesOf(status, now) });
}

/** @throws {NotFoundError} when there is no such task. */
export function deleteTask(tx: DrizzleWriter, taskId: string): void {
  const { changes } = tx.delete(tasks).where(eq(tasks.taskId, taskId)).run();
  if (changes === 0) throw notFound(tasks.taskId);
}

function listTasks(db: DrizzleReader, condition: SQL | undefined, page: Page): TaskRow[] {
  const { limit, offset } = pageOf(page);
  return db
    .select()
    .from(tasks)
    .where(condition)
    .orderBy(...NEWEST_FIRST)
    .limit(limit)
    .offset(offset)
    .all();
}

function updateTask(tx: DrizzleWriter, taskId: string, values: TaskChange): TaskRow {
  const updating = tx.update(tasks).set({ ...asColumnsTake<Partial<NewTaskRow>>(values), updatedAt: UPDATE_TIME });
  return existing(updating.where(eq(tasks.taskId, taskId)).returning().get(), tasks.taskId);
}

type TaskChange = Pick<TaskInput, 'status' | 'taskMetadata' | Outcome> & StatusTimes;

interface StatusTimes {
  readonly startedAt?: SQL;
  readonly completedAt?: Date;
}

/** The first start stands; each end is the last one. */
function timesOf(status: TaskStatus | undefined, now: Date): StatusTimes {
  if (status === 'running') return { startedAt: sql`coalesce(${tasks.startedAt}, ${sql.param(now, tasks.startedAt)})` };
  return isFinished(status) ? { completedAt: now } : {};
}

function isFinished(status: TaskStatus | undefined): boolean {
  return FINISHED_STATUSES.some((finished) => finished === status);
}

function checkStatus(status: TaskStatus, allowed: readonly TaskStatus[]): void {
  if (!allowed.includes(status)) throw new InvalidStatusError(allowed);
}

/** The row that stood in the way of inserting one of this id. */
function inTheWay(db: DrizzleReader, taskId: string | undefined): TaskRow {
  return existing(taskId === undefined ? undefined : getTask(db, taskId), tasks.taskId);
}
