import { describe, expect, it } from 'vitest';
import { InvalidJsonError } from '../../../src/errors/column-error.js';
import { InvalidStatusError, NotFoundError } from '../../../src/errors/query-error.js';
import { ConstraintError } from '../../../src/errors/sql-error.js';
import type { TaskStatus } from '../../../src/vibesurf/models/task.js';
import {
  deleteTask,
  FINISHED_STATUSES,
  getTask,
  listRecentTasks,
  saveTask,
  type TaskInput,
  updateTaskCompletion,
  updateTaskStatus,
} from '../../../src/vibesurf/queries/tasks.js';
import { input, MADE_AT, numbersOf, openWith, T0 } from './open-tasks.js';
import { idOf, openTab } from './open-vibesurf.js';

const T1 = new Date('2025-06-01T11:00:00.000Z');
const T2 = new Date('2025-06-01T12:00:00.000Z');
// Statuses come from outside too, where no compiler looks.
const unknownStatus = 'COMPLETED' as TaskStatus;

describe('saving a task', () => {
  it('inserts a new one, with an id and the defaults', async () => {
    const { db } = await openTab();
    const { taskId: _, ...withoutId } = input(1, { mcpServerConfig: { mcpServers: {} } });
    const row = await db.write((tx) => saveTask(tx, withoutId, { now: T0 }));
    expect(row).toMatchObject({
      status: 'pending',
      agentMode: 'thinking',
      createdAt: MADE_AT,
      updatedAt: MADE_AT,
      startedAt: null,
      completedAt: null,
    });
    expect(getTask(db, row.taskId)).toEqual(row);
  });

  it('updates of an existing one only what is given of status, result, error and report', async () => {
    const { db, age } = await openWith(input(1, { taskResult: 'old', reportPath: '/old' }));
    await age();
    const again = input(1, { taskDescription: 'Another', sessionId: 'two', taskResult: 'new', reportPath: null, errorMessage: undefined });
    const row = await db.write((tx) => saveTask(tx, again, { now: T1 }));
    expect(row).toMatchObject({ sessionId: 'one', taskDescription: 'Find the cheapest train', createdAt: MADE_AT });
    expect(row).toMatchObject({ status: 'pending', taskResult: 'new', reportPath: null, errorMessage: null });
    expect(row.updatedAt.getTime()).toBeGreaterThan(T2.getTime());
    expect(getTask(db, idOf(1))).toEqual(row);
  });

  it('changes nothing of an existing one when nothing is given', async () => {
    const { db, age } = await openWith(input(1, { taskResult: 'kept' }));
    await age();
    const before = getTask(db, idOf(1));
    expect(await db.write((tx) => saveTask(tx, input(1, { taskDescription: 'Another' })))).toEqual(before);
    expect(getTask(db, idOf(1))).toEqual(before);
    expect(before?.updatedAt).toEqual(new Date('2020-01-01T00:00:00Z'));
  });

  it('sets when it started once, and when it ended each time', async () => {
    const { db } = await openTab();
    const save = (status: TaskStatus, now: Date) => db.write((tx) => saveTask(tx, input(1, { status }), { now }));
    expect(await save('pending', T0)).toMatchObject({ startedAt: null, completedAt: null });
    expect(await save('running', T0)).toMatchObject({ startedAt: T0, completedAt: null });
    expect(await save('paused', T1)).toMatchObject({ startedAt: T0, completedAt: null });
    expect(await save('running', T1)).toMatchObject({ startedAt: T0, completedAt: null });
    expect(await save('failed', T1)).toMatchObject({ startedAt: T0, completedAt: T1 });
    expect(await save('completed', T2)).toMatchObject({ startedAt: T0, completedAt: T2 });
  });

  it('sets the times of a new one by its status', async () => {
    const { db } = await openWith(input(1, { status: 'running' }), ...FINISHED_STATUSES.map((status, at) => input(at + 2, { status })));
    expect(getTask(db, idOf(1))).toMatchObject({ startedAt: T0, completedAt: null });
    for (const number of [2, 3, 4]) expect(getTask(db, idOf(number))?.completedAt).toBeInstanceOf(Date);
  });

  it('refuses a status that there is not, and saves nothing', async () => {
    const { db } = await openTab();
    await expect(db.write((tx) => saveTask(tx, input(1, { status: unknownStatus })))).rejects.toMatchInlineSnapshot(
      `[InvalidStatusError: A task's status is one of pending, running, paused, completed, failed, stopped, in lower case; something else was given.]`,
    );
    expect(listRecentTasks(db)).toEqual([]);
  });

  it('refuses JSON that does not fit, and names where', async () => {
    const { db } = await openTab();
    // JSON comes from outside too.
    const servers = { mcpServers: { files: { command: 7, args: [] } } } as unknown as TaskInput['mcpServerConfig'];
    await expect(db.write((tx) => saveTask(tx, input(1, { mcpServerConfig: servers })))).rejects.toMatchObject({
      name: 'InvalidJsonError',
      column: 'tasks.mcp_server_config',
    });
  });

  it('refuses one that lacks what a task needs', async () => {
    const { db } = await openTab();
    // As plain JavaScript might call it.
    const lacking = { taskId: idOf(1), sessionId: 'one' } as TaskInput;
    await expect(db.write((tx) => saveTask(tx, lacking))).rejects.toBeInstanceOf(ConstraintError);
  });
});

describe('getting a task', () => {
  it('gives the row, or undefined', async () => {
    const { db } = await openWith(input(1));
    expect(getTask(db, idOf(1))?.taskDescription).toBe('Find the cheapest train');
    expect(getTask(db, idOf(2))).toBeUndefined();
  });

  it('takes an id that is no UUID for one that is not there', async () => {
    const { db } = await openTab();
    expect(getTask(db, 'one')).toBeUndefined();
  });
});

describe('updating the status of a task', () => {
  it('sets the times that go with it, and gives the row as it is then', async () => {
    const { db, age } = await openWith(input(1));
    await age();
    const running = await db.write((tx) => updateTaskStatus(tx, idOf(1), 'running', { now: T1 }));
    expect(running).toMatchObject({ status: 'running', startedAt: T1, completedAt: null });
    expect(getTask(db, idOf(1))).toEqual(running);
    expect(running.updatedAt.getTime()).toBeGreaterThan(T2.getTime());
    const stopped = await db.write((tx) => updateTaskStatus(tx, idOf(1), 'stopped', { now: T2 }));
    expect(stopped).toMatchObject({ status: 'stopped', startedAt: T1, completedAt: T2 });
  });

  it('refuses a status that there is not, and a task that is not there', async () => {
    const { db } = await openWith(input(1));
    await expect(db.write((tx) => updateTaskStatus(tx, idOf(1), unknownStatus))).rejects.toBeInstanceOf(InvalidStatusError);
    await expect(db.write((tx) => updateTaskStatus(tx, idOf(2), 'running'))).rejects.toMatchObject({
      name: 'NotFoundError',
      table: 'tasks',
      column: 'task_id',
    });
    expect(getTask(db, idOf(1))?.status).toBe('pending');
  });
});

describe('updating the completion of a task', () => {
  it('completes it, with what is given and nothing else changed', async () => {
    const { db } = await openWith(input(1, { reportPath: '/kept' }));
    const metadata = { control_history: [], error_recovery_attempts: 0, created_via: 'api', total_actions: 3 };
    const completion = { taskResult: 'done', taskMetadata: metadata, reportPath: undefined };
    const row = await db.write((tx) => updateTaskCompletion(tx, idOf(1), completion, { now: T2 }));
    expect(row).toMatchObject({ status: 'completed', taskResult: 'done', reportPath: '/kept', completedAt: T2, taskMetadata: metadata });
    expect(getTask(db, idOf(1))).toEqual(row);
  });

  it('ends it by failing or stopping too', async () => {
    const { db } = await openWith(input(1));
    const failed = await db.write((tx) => updateTaskCompletion(tx, idOf(1), { status: 'failed', errorMessage: 'no network' }));
    expect(failed).toMatchObject({ status: 'failed', errorMessage: 'no network' });
  });

  it('refuses a status that is no end, JSON that does not fit, and a task that is not there', async () => {
    const { db } = await openWith(input(1));
    // @ts-expect-error A task that runs is not complete.
    await expect(db.write((tx) => updateTaskCompletion(tx, idOf(1), { status: 'running' }))).rejects.toBeInstanceOf(InvalidStatusError);
    // @ts-expect-error Metadata is an object.
    await expect(db.write((tx) => updateTaskCompletion(tx, idOf(1), { taskMetadata: 'text' }))).rejects.toBeInstanceOf(InvalidJsonError);
    await expect(db.write((tx) => updateTaskCompletion(tx, idOf(2)))).rejects.toBeInstanceOf(NotFoundError);
    expect(getTask(db, idOf(1))?.status).toBe('pending');
  });
});

describe('deleting a task', () => {
  it('deletes that one', async () => {
    const { db } = await openWith(input(1), input(2));
    await db.write((tx) => deleteTask(tx, idOf(1)));
    expect(numbersOf(listRecentTasks(db))).toEqual([2]);
  });

  it('that is not there is an error', async () => {
    const { db } = await openWith(input(1));
    await expect(db.write((tx) => deleteTask(tx, idOf(2)))).rejects.toMatchInlineSnapshot(
      `[NotFoundError: No row of tasks has this task_id. Look with the list of tasks: it may have been deleted or renamed elsewhere.]`,
    );
  });
});
