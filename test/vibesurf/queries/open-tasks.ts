import type { Database } from '../../../src/database/database.js';
import type { DrizzleDatabase } from '../../../src/drizzle/drizzle.js';
import { saveTask, type TaskInput } from '../../../src/vibesurf/queries/tasks.js';
import { idOf, openTab } from './open-vibesurf.js';

/** When the first task of a test is made. */
export const T0: Date = new Date('2025-06-01T10:00:00.250Z');
/** What a row says that was made then. */
export const MADE_AT: Date = new Date('2025-06-01T10:00:00.000Z');
export const input = (number: number, more: Partial<TaskInput> = {}): TaskInput => ({
  taskId: idOf(number),
  sessionId: 'one',
  taskDescription: 'Find the cheapest train',
  llmProfileName: 'main',
  ...more,
});

/** A database with a task for each input: the first made at 10:00, each other one a minute later. */
export async function openWith(...inputs: TaskInput[]): Promise<{ database: Database; db: DrizzleDatabase; age: () => Promise<unknown> }> {
  const { database, db } = await openTab();
  await db.write((tx) => {
    inputs.forEach((each, at) => void saveTask(tx, each, { now: new Date(T0.getTime() + at * 60_000) }));
  });
  /** As if nothing had been changed since long ago: without the trigger, which would set the present, meanwhile. */
  const age = () =>
    database.write((tx) => {
      const trigger = tx.get<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE name = 'update_tasks_updated_at'");
      tx.run('DROP TRIGGER update_tasks_updated_at');
      tx.run("UPDATE tasks SET updated_at = '2020-01-01 00:00:00'");
      tx.run(trigger?.sql ?? '');
    });
  return { database, db, age };
}

export const numbersOf = (rows: readonly { taskId: string }[]): number[] => rows.map(({ taskId }) => Number(taskId.slice(-12)));
