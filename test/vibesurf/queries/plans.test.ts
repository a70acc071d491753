import { describe, expect, it } from 'vitest';
import { type DrizzleDatabase, type DrizzleWriter, drizzle } from '../../../src/drizzle/drizzle.js';
import * as schedules from '../../../src/vibesurf/queries/schedules.js';
import * as tasks from '../../../src/vibesurf/queries/tasks.js';
import * as files from '../../../src/vibesurf/queries/uploaded-files.js';
import * as claims from '../../../src/vibesurf/schedule-claim.js';
import { idOf, openTab } from './open-vibesurf.js';

interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** A query, and the index that its first step is to go by; `scan` where no index has its order, with the reason. */
interface Planned {
  readonly query: (tx: DrizzleWriter) => unknown;
  readonly by: string | { readonly scan: string };
}

const PRIMARY = (table: string) => `sqlite_autoindex_${table}_1`;
/** That of the UNIQUE constraint. */
const FLOW = 'sqlite_autoindex_schedules_2';
const flow = { flowId: 'flow' };
const now = new Date('2025-06-01T10:00:00.000Z');
const NO_ORDER = { scan: 'it gives every row, and no index has created_at or upload_time alone' };

/** Each exported function of the three tables that runs a statement, once for each of its forms. */
const PLANS: Record<string, Planned | readonly Planned[]> = {
  getTask: { query: (tx) => tasks.getTask(tx, idOf(1)), by: PRIMARY('tasks') },
  listTasksBySession: { query: (tx) => tasks.listTasksBySession(tx, 'a'), by: 'idx_tasks_session' },
  listRecentTasks: { query: (tx) => tasks.listRecentTasks(tx), by: 'idx_tasks_created' },
  listTasksByLlmProfile: { query: (tx) => tasks.listTasksByLlmProfile(tx, 'main'), by: 'idx_tasks_llm_profile' },
  listRunningTasks: { query: (tx) => tasks.listRunningTasks(tx), by: 'idx_tasks_status' },
  getActiveTask: { query: (tx) => tasks.getActiveTask(tx), by: 'idx_tasks_status' },
  listSessions: { query: (tx) => tasks.listSessions(tx), by: 'idx_tasks_session' },
  countTasksByStatus: { query: (tx) => tasks.countTasksByStatus(tx), by: 'idx_tasks_status' },
  updateTaskStatus: { query: (tx) => tasks.updateTaskStatus(tx, idOf(1), 'running'), by: PRIMARY('tasks') },
  updateTaskCompletion: { query: (tx) => tasks.updateTaskCompletion(tx, idOf(1)), by: PRIMARY('tasks') },
  deleteTask: { query: (tx) => tasks.deleteTask(tx, idOf(1)), by: PRIMARY('tasks') },
  getUploadedFile: { query: (tx) => files.getUploadedFile(tx, idOf(1)), by: PRIMARY('uploaded_files') },
  listUploadedFiles: [
    { query: (tx) => files.listUploadedFiles(tx), by: 'idx_uploaded_files_active' },
    { query: (tx) => files.listUploadedFiles(tx, { sessionId: 'a' }), by: 'idx_uploaded_files_session_time' },
    { query: (tx) => files.listUploadedFiles(tx, { sessionId: 'a', activeOnly: false }), by: 'idx_uploaded_files_session_time' },
    { query: (tx) => files.listUploadedFiles(tx, { activeOnly: false }), by: NO_ORDER },
  ],
  listUploadedFilesBySession: { query: (tx) => files.listUploadedFilesBySession(tx, 'a'), by: 'idx_uploaded_files_session_time' },
  countUploadedFiles: [
    { query: (tx) => files.countUploadedFiles(tx), by: 'idx_uploaded_files_active' },
    { query: (tx) => files.countUploadedFiles(tx, { sessionId: 'a' }), by: 'idx_uploaded_files_session_time' },
    { query: (tx) => files.countUploadedFiles(tx, { activeOnly: false }), by: 'idx_uploaded_files_active' },
  ],
  deleteUploadedFile: { query: (tx) => files.deleteUploadedFile(tx, idOf(1)), by: PRIMARY('uploaded_files') },
  hardDeleteUploadedFile: { query: (tx) => files.hardDeleteUploadedFile(tx, idOf(1)), by: PRIMARY('uploaded_files') },
  purgeUploadedFiles: { query: (tx) => files.purgeUploadedFiles(tx), by: 'idx_uploaded_files_active' },
  getSchedule: [
    { query: (tx) => schedules.getSchedule(tx, flow), by: FLOW },
    { query: (tx) => schedules.getSchedule(tx, { id: idOf(1) }), by: PRIMARY('schedules') },
  ],
  listSchedules: [
    { query: (tx) => schedules.listSchedules(tx, { isEnabled: false }), by: 'idx_schedules_enabled' },
    { query: (tx) => schedules.listSchedules(tx), by: NO_ORDER },
  ],
  listEnabledSchedules: { query: (tx) => schedules.listEnabledSchedules(tx), by: 'idx_schedules_enabled' },
  dueSchedules: { query: (tx) => schedules.dueSchedules(tx), by: 'idx_schedules_next_execution' },
  updateSchedule: { query: (tx) => schedules.updateSchedule(tx, flow, { isEnabled: true }), by: FLOW },
  deleteSchedule: { query: (tx) => schedules.deleteSchedule(tx, flow), by: FLOW },
  recordExecution: { query: (tx) => schedules.recordExecution(tx, flow), by: FLOW },
  plannableSchedules: { query: (tx) => claims.plannableSchedules(tx), by: 'idx_schedules_enabled' },
  nextDueAt: { query: (tx) => claims.nextDueAt(tx, now), by: 'idx_schedules_next_execution' },
  claimSchedule: {
    query: (tx) => {
      const read = schedules.getSchedule(tx, flow);
      if (read && claims.isPlannable(read)) claims.claimSchedule(tx, read, { now, next: now, isExecuted: true });
    },
    by: FLOW,
  },
};

/** Exported functions that only insert, or run nothing. */
const WITHOUT_PLAN = ['saveTask', 'recordUploadedFile', 'createSchedule', 'isPlannable'];

/** The plans of the statements that a query runs, on a database with a row for it. */
async function plansOf(query: Planned['query']): Promise<string[][]> {
  const { database, db } = await openTab();
  await db.write((tx) => {
    tasks.saveTask(tx, { taskId: idOf(1), sessionId: 'a', taskDescription: '', llmProfileName: 'main' });
    const names = { originalFilename: '', storedFilename: '', filePath: '', relativePath: '' };
    files.recordUploadedFile(tx, { fileId: idOf(1), ...names, fileSize: 1, mimeType: 'text/plain' });
    schedules.createSchedule(tx, { ...flow, cronExpression: '* * * * *' });
  });
  const statements: Statement[] = [];
  const logged: DrizzleDatabase = drizzle(database, {
    logger: { logQuery: (sql, parameters) => void statements.push({ sql, parameters }) },
  });
  await logged.write((tx) => void query(tx));
  return database.write((tx) =>
    statements.map(({ sql, parameters }) =>
      // They are the parameters that Drizzle gave to the database a moment ago.
      tx.values(`EXPLAIN QUERY PLAN ${sql}`, parameters as (string | number | null)[]).map((columns) => String(columns[3])),
    ),
  );
}

/** A scan of one of the tables that no index leads. */
const FULL_SCAN = /^SCAN (?:tasks|uploaded_files|schedules|others)\b(?! USING (?:COVERING )?INDEX)/;

const cases = Object.entries(PLANS).flatMap(([name, planned]) =>
  [planned].flat().map((each, at) => ({ name: `${name} ${at + 1}`, ...each })),
);

describe('the plan of a query', () => {
  it.each(cases)('goes by an index: $name', async ({ query, by }) => {
    const plans = await plansOf(query);
    expect(plans.length).toBeGreaterThan(0);
    for (const plan of plans) {
      if (typeof by === 'string') {
        expect(plan.filter((step) => FULL_SCAN.test(step))).toEqual([]);
        expect(plan[0]?.split(' ')).toContain(by);
      } else expect(plan[0]).toMatch(FULL_SCAN);
    }
  });

  it('is looked at for every exported query', () => {
    const functions = [tasks, files, schedules, claims]
      .flatMap((module) => Object.entries(module))
      .flatMap(([name, exported]) => (typeof exported === 'function' ? [name] : []));
    expect([...Object.keys(PLANS), ...WITHOUT_PLAN].sort()).toEqual(functions.sort());
  });

  it('that scans a table is found', async () => {
    const [plan] = await plansOf((tx) => tx.all("SELECT * FROM tasks WHERE report_path = 'x' ORDER BY task_description"));
    expect(plan?.some((step) => FULL_SCAN.test(step))).toBe(true);
  });
});
