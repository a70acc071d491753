import { sql } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { boolean } from '../../drizzle/columns/boolean.js';
import { datetime } from '../../drizzle/columns/datetime.js';
import { json } from '../../drizzle/columns/json.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';
import { toolkitTools } from '../shapes/toolkit-tools.js';

/** A toolkit of Composio, and which of its tools are on. */
export const composioToolkits = sqliteTable(
  'composio_toolkits',
  {
    id: uuid('id', { accepts: 'text' }).primaryKey(),
    name: varchar('name', { length: 100 }).notNull(),
    slug: varchar('slug', { length: 100 }).notNull().unique(),
    description: text('description'),
    logo: text('logo'),
    appUrl: text('app_url'),
    enabled: boolean('enabled').notNull().default(false),
    tools: json('tools', toolkitTools, { sqlType: 'TEXT', onInvalid: 'raw' }),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [
    index('idx_composio_toolkits_enabled').on(t.enabled),
    index('idx_composio_toolkits_name').on(t.name),
    index('idx_composio_toolkits_slug').on(t.slug),
  ],
);

export type ComposioToolkitRow = typeof composioToolkits.$inferSelect;
export type NewComposioToolkitRow = typeof composioToolkits.$inferInsert;
