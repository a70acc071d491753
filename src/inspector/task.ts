import { v4 as newUuid } from 'uuid';
import type { Database, SqlValue } from '../index.js';

/** The part of a task that one can type. */
export interface TaskDraft {
  readonly description: string;
  readonly status: string;
  readonly llmProfileName: string;
  readonly sessionId: string;
}

export type TaskField = keyof TaskDraft;

const COLUMN_BY_FIELD: Readonly<Record<TaskField, string>> = {
  description: 'task_description',
  status: 'status',
  llmProfileName: 'llm_profile_name',
  sessionId: 'session_id',
};

export const TASK_FIELDS: readonly TaskField[] = ['description', 'status', 'llmProfileName', 'sessionId'];

/** For a table that was made without a CHECK: the statuses of version 1. */
const KNOWN_STATUSES = ['pending', 'running', 'paused', 'completed', 'failed', 'stopped'];

/** A stored task; undefined when there is none of that id. */
export function readTask(database: Database, id: SqlValue): TaskDraft | undefined {
  const sql = 'SELECT task_description, status, llm_profile_name, session_id FROM tasks WHERE task_id = ?';
  const [row] = database.values(sql, [id]);
  if (!row) return undefined;
  const [description, status, llmProfileName, sessionId] = row.map(String) as [string, string, string, string];
  return { description, status, llmProfileName, sessionId };
}

/** Stores a new task under a new id. Throws as `run` does. */
export async function addTask(database: Database, draft: TaskDraft): Promise<void> {
  await database.run(
    'INSERT INTO tasks (task_id, task_description, status, llm_profile_name, session_id) VALUES (:id, :description, :status, :llmProfileName, :sessionId)',
    { id: newUuid(), ...draft },
  );
}

/**
 * Stores the given fields of a task and leaves its others as they are, whoever changed them meanwhile. Throws as `run` does.
 *
 * @returns whether there still was such a task.
 */
export async function changeTask(database: Database, id: SqlValue, draft: TaskDraft, fields: readonly TaskField[]): Promise<boolean> {
  if (fields.length === 0) return readTask(database, id) !== undefined;
  const assignments = fields.map((field) => `${COLUMN_BY_FIELD[field]} = ?`).join(', ');
  const values = fields.map((field) => draft[field]);
  const { changes } = await database.run(`UPDATE tasks SET ${assignments} WHERE task_id = ?`, [...values, id]);
  return changes > 0;
}

/** The fields in which two drafts differ. */
export function differingFields(a: TaskDraft, b: TaskDraft): TaskField[] {
  return TASK_FIELDS.filter((field) => a[field] !== b[field]);
}

/** The names of the language-model profiles, to choose from. */
export function readProfileNames(database: Database): readonly string[] {
  return database.values('SELECT profile_name FROM llm_profiles ORDER BY profile_name LIMIT 100').map(([name]) => String(name));
}

/** The statuses that the table's CHECK allows. */
export function readTaskStatuses(database: Database): readonly string[] {
  const sql = String(database.values("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'tasks'")[0]?.[0] ?? '');
  const list = /\bCHECK\s*\(\s*status\s+IN\s*\(([^)]*)\)/i.exec(sql)?.[1] ?? '';
  const statuses = Array.from(list.matchAll(/'((?:[^']|'')*)'/g), ([, text = '']) => text.replaceAll("''", "'"));
  return statuses.length > 0 ? statuses : KNOWN_STATUSES;
}
