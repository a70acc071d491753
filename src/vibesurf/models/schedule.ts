import { sql } from 'drizzle-orm';
import { index, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bigint } from '../../drizzle/columns/bigint.js';
import { boolean } from '../../drizzle/columns/boolean.js';
import { datetime } from '../../drizzle/columns/datetime.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';

/** When a flow runs by itself; one for each flow. */
export const schedules = sqliteTable(
  'schedules',
  {
    id: uuid('id', { accepts: 'text' }),
    flowId: varchar('flow_id', { length: 36 }).notNull().unique(),
    cronExpression: varchar('cron_expression', { length: 100 }),
    isEnabled: boolean('is_enabled').notNull().default(true),
    description: text('description'),
    lastExecutionAt: datetime('last_execution_at', { onInvalid: 'invalid-date' }),
    nextExecutionAt: datetime('next_execution_at', { onInvalid: 'invalid-date' }),
    executionCount: bigint('execution_count').notNull().default(0),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [
    // Declared for the table, where it does not imply NOT NULL: SQLite takes NULL for this id.
    primaryKey({ columns: [t.id] }),
    index('idx_schedules_cron').on(t.cronExpression),
    index('idx_schedules_enabled').on(t.isEnabled),
    index('idx_schedules_flow_id').on(t.flowId),
    index('idx_schedules_next_execution').on(t.nextExecutionAt),
  ],
);

export type ScheduleRow = typeof schedules.$inferSelect;
export type NewScheduleRow = typeof schedules.$inferInsert;
