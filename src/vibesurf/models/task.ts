import { sql } from 'drizzle-orm';
import { check, index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { datetime } from '../../drizzle/columns/datetime.js';
import { json } from '../../drizzle/columns/json.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';
import { mcpServerConfig } from '../shapes/mcp-server.js';
import { taskMetadata } from '../shapes/task-metadata.js';

export const TASK_STATUSES = ['pending', 'running', 'paused', 'completed', 'failed', 'stopped'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** What the agent was asked to do, and what came of it. */
export const tasks = sqliteTable(
  'tasks',
  {
    taskId: uuid('task_id', { accepts: 'text' }).primaryKey(),
    sessionId: varchar('session_id', { length: 36 }).notNull(),
    taskDescription: text('task_description').notNull(),
    status: varchar('status', { length: 9, enum: TASK_STATUSES }).notNull().default('pending'),
    llmProfileName: varchar('llm_profile_name', { length: 100 }).notNull(),
    uploadFilesPath: varchar('upload_files_path', { length: 500 }),
    workspaceDir: varchar('workspace_dir', { length: 500 }),
    mcpServerConfig: json('mcp_server_config', mcpServerConfig, { sqlType: 'TEXT', onInvalid: 'raw' }),
    taskResult: text('task_result'),
    errorMessage: text('error_message'),
    reportPath: varchar('report_path', { length: 500 }),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    startedAt: datetime('started_at', { onInvalid: 'invalid-date' }),
    completedAt: datetime('completed_at', { onInvalid: 'invalid-date' }),
    taskMetadata: json('task_metadata', taskMetadata, { onInvalid: 'raw' }),
    agentMode: varchar('agent_mode', { length: 50 }).default('thinking'),
  },
  (t) => [
    check('tasks_status', sql`${t.status} IN ('pending', 'running', 'paused', 'completed', 'failed', 'stopped')`),
    index('idx_tasks_created').on(t.createdAt),
    index('idx_tasks_llm_profile').on(t.llmProfileName),
    index('idx_tasks_session').on(t.sessionId),
    index('idx_tasks_status').on(t.status),
  ],
);

export type TaskRow = typeof tasks.$inferSelect;
export type NewTaskRow = typeof tasks.$inferInsert;
