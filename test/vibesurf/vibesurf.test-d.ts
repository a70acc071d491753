// Compiled with the tests and never run: each line marked as an error has to be one.
import { eq } from 'drizzle-orm';
import { expectTypeOf } from 'vitest';
import type { InvalidJson } from '../../src/drizzle/columns/invalid-json.js';
import type { AsyncDrizzleTransaction, DrizzleDatabase, DrizzleTransaction } from '../../src/drizzle/drizzle.js';
import type { SealedValue } from '../../src/seal/sealed-value.js';
import type { DatabaseManager } from '../../src/vibesurf/database-manager.js';
import { credentials } from '../../src/vibesurf/models/credential.js';
import type { LlmProfileRow, llmProfiles } from '../../src/vibesurf/models/llm-profile.js';
import type { VibesurfSchema } from '../../src/vibesurf/models/models.js';
import type { ScheduleRow } from '../../src/vibesurf/models/schedule.js';
import { type TaskRow, type TaskStatus, tasks } from '../../src/vibesurf/models/task.js';
import { createLlmProfile, listLlmProfiles } from '../../src/vibesurf/queries/llm-profiles.js';
import { createMcpProfile } from '../../src/vibesurf/queries/mcp-profiles.js';
import { deleteSchedule } from '../../src/vibesurf/queries/schedules.js';
import { getTask, saveTask, updateTaskStatus } from '../../src/vibesurf/queries/tasks.js';
import type { TaskMetadata } from '../../src/vibesurf/shapes/task-metadata.js';

export function statuses(tx: DrizzleTransaction): void {
  tx.update(tasks).set({ status: 'paused' }).run();
  // @ts-expect-error There is no such status.
  tx.update(tasks).set({ status: 'done' }).run();
  // @ts-expect-error Statuses are in lower case.
  tx.insert(tasks).values({ sessionId: 's', taskDescription: 'd', llmProfileName: 'p', status: 'PENDING' }).run();
  updateTaskStatus(tx, 'id', 'failed');
  // @ts-expect-error There is no such status.
  updateTaskStatus(tx, 'id', 'done');
  // @ts-expect-error A task has a session, a description and a profile.
  saveTask(tx, { status: 'running' });
}

export async function callbacks(db: DrizzleDatabase<VibesurfSchema>, manager: DatabaseManager): Promise<void> {
  expectTypeOf(await db.write((tx) => tx.select().from(tasks).all())).toEqualTypeOf<TaskRow[]>();
  // @ts-expect-error A write is synchronous.
  await db.write(async (tx) => tx.delete(tasks).run());
  // @ts-expect-error A session is synchronous.
  await manager.session(async (tx) => tx.delete(tasks).run());
  // @ts-expect-error The database's own write is, too.
  await manager.database.write(async (tx) => tx.run('DELETE FROM tasks'));
  expectTypeOf(await db.transaction(async (tx) => (await tx.select().from(tasks)).length)).toEqualTypeOf<number>();
  // @ts-expect-error A transaction is asynchronous.
  await db.transaction((tx) => tx.select().from(tasks).all().length);
}

export function writesOutside(db: DrizzleDatabase<VibesurfSchema>): void {
  // @ts-expect-error Only within a write or a transaction.
  db.insert(tasks);
  // @ts-expect-error Likewise.
  db.delete(tasks);
  // @ts-expect-error A query that writes takes a transaction.
  saveTask(db, { sessionId: 's', taskDescription: 'd', llmProfileName: 'p' });
  // A query that reads takes either.
  getTask(db, 'id');
}

export function json(tx: DrizzleTransaction): void {
  // What a shape fills in need not be given, and null counts as absent.
  saveTask(tx, {
    sessionId: 's',
    taskDescription: 'd',
    llmProfileName: 'p',
    taskMetadata: { total_actions: 3, last_error: null },
    mcpServerConfig: {},
  });
  createMcpProfile(tx, { displayName: 'd', mcpServerName: 's', mcpServerParams: { command: 'npx', args: [], cwd: null } });
  // @ts-expect-error A server has a command.
  createMcpProfile(tx, { displayName: 'd', mcpServerName: 's', mcpServerParams: { args: [] } });
}

export function keys(tx: DrizzleTransaction, row: ScheduleRow): void {
  deleteSchedule(tx, { flowId: row.flowId });
  // @ts-expect-error A row has two keys, and one of them may be NULL.
  deleteSchedule(tx, row);
  // @ts-expect-error One key is enough.
  deleteSchedule(tx, { id: 'i', flowId: 'f' });
}

export function eitherTransaction(tx: DrizzleTransaction<VibesurfSchema>, async: AsyncDrizzleTransaction<VibesurfSchema>): void {
  for (const each of [tx, async]) saveTask(each, { sessionId: 's', taskDescription: 'd', llmProfileName: 'p' });
}

export function secrets(manager: DatabaseManager): void {
  const profile = listLlmProfiles(manager.db)[0] as LlmProfileRow;
  expectTypeOf(profile.encryptedApiKey).toEqualTypeOf<SealedValue | null>();
  // @ts-expect-error A sealed column is no text.
  const text: string | null = profile.encryptedApiKey;
  // @ts-expect-error Nor may a text be put there, or compared with it.
  manager.db.select().from(credentials).where(eq(credentials.encryptedValue, 'geheim'));
  // @ts-expect-error The key is given as `apiKey`, and sealed.
  void createLlmProfile(manager, { profileName: 'p', provider: 'o', model: 'm', encryptedApiKey: 'sk' });
  // @ts-expect-error A sealed value does not show its text.
  void profile.encryptedApiKey?.text;
  void text;
}

export function rows(row: TaskRow, profile: typeof llmProfiles.$inferSelect): void {
  expectTypeOf(row.status).toEqualTypeOf<TaskStatus>();
  expectTypeOf(row.createdAt).toEqualTypeOf<Date>();
  expectTypeOf(row.completedAt).toEqualTypeOf<Date | null>();
  expectTypeOf(row.taskMetadata).toEqualTypeOf<TaskMetadata | InvalidJson | null>();
  expectTypeOf(profile.isActive).toEqualTypeOf<boolean>();
}
