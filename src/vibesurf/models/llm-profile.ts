import { sql } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { boolean } from '../../drizzle/columns/boolean.js';
import { datetime } from '../../drizzle/columns/datetime.js';
import { json } from '../../drizzle/columns/json.js';
import { sealed } from '../../drizzle/columns/sealed.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';
import { anyObject, finiteNumber, integer } from '../shapes/shape.js';

/** How a language model is reached; its name is what tasks know it by. */
export const llmProfiles = sqliteTable(
  'llm_profiles',
  {
    profileId: uuid('profile_id', { accepts: 'text' }).primaryKey(),
    profileName: varchar('profile_name', { length: 100 }).notNull().unique(),
    provider: varchar('provider', { length: 50 }).notNull(),
    model: varchar('model', { length: 100 }).notNull(),
    baseUrl: varchar('base_url', { length: 500 }),
    encryptedApiKey: sealed('encrypted_api_key'),
    temperature: json('temperature', finiteNumber, { onInvalid: 'raw' }),
    maxTokens: json('max_tokens', integer, { onInvalid: 'raw' }),
    topP: json('top_p', finiteNumber, { onInvalid: 'raw' }),
    frequencyPenalty: json('frequency_penalty', finiteNumber, { onInvalid: 'raw' }),
    seed: json('seed', integer, { onInvalid: 'raw' }),
    providerConfig: json('provider_config', anyObject, { onInvalid: 'raw' }),
    description: text('description'),
    isActive: boolean('is_active').notNull().default(true),
    isDefault: boolean('is_default').notNull().default(false),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    lastUsedAt: datetime('last_used_at', { onInvalid: 'invalid-date' }),
  },
  (t) => [
    index('idx_llm_profiles_active').on(t.isActive),
    index('idx_llm_profiles_default').on(t.isDefault),
    index('idx_llm_profiles_name').on(t.profileName),
    index('idx_llm_profiles_provider').on(t.provider),
  ],
);

export type LlmProfileRow = typeof llmProfiles.$inferSelect;
export type NewLlmProfileRow = typeof llmProfiles.$inferInsert;
