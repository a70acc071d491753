import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors/database-error.js';
import {
  countTasksByStatus,
  getActiveTask,
  getTask,
  listRecentTasks,
  listRunningTasks,
  listSessions,
  listTasksByLlmProfile,
  listTasksBySession,
  saveTask,
  updateTaskStatus,
} from '../../../src/vibesurf/queries/tasks.js';
import { input, MADE_AT, numbersOf, openWith } from './open-tasks.js';
import { idOf, openTab } from './open-vibesurf.js';

describe('lists of tasks', () => {
  const inputs = [
    input(1, { status: 'running' }),
    input(2, { sessionId: 'two', llmProfileName: 'other' }),
    input(3, { status: 'paused', llmProfileName: 'other' }),
    input(4, { status: 'completed' }),
  ];

  it('are of a session, of a profile, or recent, newest first', async () => {
    const { db } = await openWith(...inputs);
    expect(numbersOf(listTasksBySession(db, 'one'))).toEqual([4, 3, 1]);
    expect(numbersOf(listTasksByLlmProfile(db, 'other'))).toEqual([3, 2]);
    expect(numbersOf(listRecentTasks(db))).toEqual([4, 3, 2, 1]);
    expect(listTasksBySession(db, 'three')).toEqual([]);
    expect(listTasksByLlmProfile(db, 'third')).toEqual([]);
  });

  it('are of those that run, or the newest of them', async () => {
    const { db } = await openWith(...inputs);
    expect(numbersOf(listRunningTasks(db))).toEqual([3, 1]);
    expect(getActiveTask(db)?.taskId).toBe(idOf(3));
  });

  it('are empty, and there is no active one, where none runs', async () => {
    const { db } = await openWith(input(1), input(2, { status: 'stopped' }));
    expect(listRunningTasks(db)).toEqual([]);
    expect(getActiveTask(db)).toBeUndefined();
  });

  it('have the one inserted last first of those of one second, in whichever format', async () => {
    const { db, database } = await openWith();
    const times = ['2025-06-01 10:00:00', '2025-06-01 10:00:00', '2025-06-01 10:00:00.000001', '2025-06-01 09:59:59.999999'];
    for (const [at, time] of times.entries())
      await database.run(
        "INSERT INTO tasks (task_id, session_id, task_description, llm_profile_name, created_at) VALUES (?, 'one', '', 'main', ?)",
        [idOf(at + 1), time],
      );
    expect(numbersOf(listRecentTasks(db))).toEqual([3, 2, 1, 4]);
    expect(numbersOf(listTasksBySession(db, 'one'))).toEqual([3, 2, 1, 4]);
  });

  it('have 50 rows, or as many as are asked for, or all', async () => {
    const { db } = await openWith(...Array.from({ length: 52 }, (_, at) => input(at + 1)));
    for (const list of [listRecentTasks, (reader: typeof db, page = {}) => listTasksBySession(reader, 'one', page)]) {
      expect(list(db)).toHaveLength(50);
      expect(list(db, { limit: -1 })).toHaveLength(52);
      expect(numbersOf(list(db, { limit: -1, offset: 50 }))).toEqual([2, 1]);
      expect(numbersOf(list(db, { limit: 2, offset: 1 }))).toEqual([51, 50]);
    }
  });

  it('refuse a page that is none', async () => {
    const { db } = await openWith(input(1));
    expect(() => listTasksBySession(db, 'one', { limit: -2 })).toThrow(UsageError);
    expect(() => listRecentTasks(db, { limit: 1.5 })).toThrow(UsageError);
    expect(() => listTasksByLlmProfile(db, 'main', { offset: -1 })).toThrow(UsageError);
    expect(() => listSessions(db, { limit: Number.NaN })).toThrow(UsageError);
  });

  it('hold metadata that does not fit its shape as it is', async () => {
    const { db, database } = await openWith(input(1));
    await database.run('UPDATE tasks SET task_metadata = ?', ['{"total_actions":"many"}']);
    expect(listRecentTasks(db)[0]?.taskMetadata).toMatchObject({ raw: '{"total_actions":"many"}' });
  });
});

describe('the list of sessions', () => {
  it('has of each its tasks, its times, and the status of its latest task', async () => {
    const { db, age, database } = await openWith(
      input(1, { sessionId: 'a', status: 'stopped' }),
      input(2, { sessionId: 'b', status: 'running' }),
      input(3, { sessionId: 'a', status: 'completed' }),
      input(4, { sessionId: 'a', status: 'failed' }),
    );
    await age();
    await database.run("UPDATE tasks SET report_path = '/b' WHERE session_id = 'b'");
    const sessions = listSessions(db);
    expect(sessions).toMatchObject([
      { sessionId: 'b', taskCount: 1, createdAt: new Date(MADE_AT.getTime() + 60_000), status: 'running' },
      { sessionId: 'a', taskCount: 3, createdAt: MADE_AT, lastActivityAt: new Date('2020-01-01T00:00:00Z'), status: 'failed' },
    ]);
    expect(sessions[0]?.lastActivityAt).toEqual(getTask(db, idOf(2))?.updatedAt);
  });

  it('has the one first that changed last, within a second too, and nothing is updated before it was made', async () => {
    const { db } = await openTab();
    const save = (number: number, sessionId: string) => db.write((tx) => saveTask(tx, input(number, { sessionId })));
    const saved = [await save(1, 'b'), await save(2, 'a')];
    await db.write((tx) => updateTaskStatus(tx, idOf(1), 'running'));
    const [first] = listSessions(db);
    expect(first?.lastActivityAt.getTime()).toBeGreaterThanOrEqual(saved[1]?.updatedAt.getTime() ?? Number.NaN);
    for (const row of listRecentTasks(db)) expect(row.updatedAt.getTime()).toBeGreaterThanOrEqual(row.createdAt.getTime());
  });

  it('is given in pages', async () => {
    const { db } = await openWith(...['a', 'b', 'c'].map((sessionId, at) => input(at + 1, { sessionId })));
    expect(listSessions(db, { limit: 1, offset: 1 }).map(({ sessionId }) => sessionId)).toEqual(['b']);
    expect(listSessions(db, { limit: -1 })).toHaveLength(3);
    expect(listSessions(db, { limit: -1, offset: 1 })).toHaveLength(2);
  });
});

describe('the counts by status', () => {
  it('have all six statuses', async () => {
    const { db } = await openWith(input(1), input(2, { status: 'failed' }), input(3, { status: 'failed' }));
    expect(countTasksByStatus(db)).toEqual({ pending: 1, running: 0, paused: 0, completed: 0, failed: 2, stopped: 0 });
  });

  it('are all 0 of no tasks', async () => {
    const { db } = await openTab();
    expect(Object.values(countTasksByStatus(db))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
