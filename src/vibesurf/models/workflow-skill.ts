import { sql } from 'drizzle-orm';
import { index, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { boolean } from '../../drizzle/columns/boolean.js';
import { datetime } from '../../drizzle/columns/datetime.js';
import { json } from '../../drizzle/columns/json.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';
import { anyObject } from '../shapes/shape.js';

/** Whether a workflow is offered as a skill, and what of it is exposed; one for each flow. */
export const workflowSkills = sqliteTable(
  'workflow_skills',
  {
    id: uuid('id', { accepts: 'text' }),
    flowId: varchar('flow_id', { length: 36 }).notNull().unique(),
    name: varchar('name', { length: 255 }),
    description: text('description'),
    addToSkill: boolean('add_to_skill').notNull().default(false),
    workflowExposeConfig: json('workflow_expose_config', anyObject, { sqlType: 'TEXT', onInvalid: 'raw' }),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [
    // Declared for the table, where it does not imply NOT NULL: SQLite takes NULL for this id.
    primaryKey({ columns: [t.id] }),
    index('idx_workflow_skills_enabled').on(t.addToSkill),
    index('idx_workflow_skills_flow_id').on(t.flowId),
  ],
);

export type WorkflowSkillRow = typeof workflowSkills.$inferSelect;
export type NewWorkflowSkillRow = typeof workflowSkills.$inferInsert;
