import { sql } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { boolean } from '../../drizzle/columns/boolean.js';
import { datetime } from '../../drizzle/columns/datetime.js';
import { json } from '../../drizzle/columns/json.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';
import { mcpServerParams } from '../shapes/mcp-server.js';

/** An MCP server that tasks may use, and how it is started. */
export const mcpProfiles = sqliteTable(
  'mcp_profiles',
  {
    mcpId: uuid('mcp_id', { accepts: 'text' }).primaryKey(),
    displayName: varchar('display_name', { length: 100 }).notNull().unique(),
    mcpServerName: varchar('mcp_server_name', { length: 100 }).notNull().unique(),
    mcpServerParams: json('mcp_server_params', mcpServerParams, { onInvalid: 'raw' }).notNull(),
    description: text('description'),
    isActive: boolean('is_active').notNull().default(true),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    lastUsedAt: datetime('last_used_at', { onInvalid: 'invalid-date' }),
  },
  (t) => [
    index('idx_mcp_profiles_active').on(t.isActive),
    index('idx_mcp_profiles_display_name').on(t.displayName),
    index('idx_mcp_profiles_server_name').on(t.mcpServerName),
  ],
);

export type McpProfileRow = typeof mcpProfiles.$inferSelect;
export type NewMcpProfileRow = typeof mcpProfiles.$inferInsert;
