import { sql } from 'drizzle-orm';
import { check, index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { boolean } from '../../drizzle/columns/boolean.js';
import { datetime } from '../../drizzle/columns/datetime.js';
import { json } from '../../drizzle/columns/json.js';
import { sealed } from '../../drizzle/columns/sealed.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';
import { anyObject } from '../shapes/shape.js';

/** Recognition (asr) or synthesis (tts). */
export const VOICE_MODEL_TYPES = ['asr', 'tts'] as const;
export type VoiceModelType = (typeof VOICE_MODEL_TYPES)[number];

/** How a voice model is reached. */
export const voiceProfiles = sqliteTable(
  'voice_profiles',
  {
    profileId: uuid('profile_id', { accepts: 'text' }).primaryKey(),
    voiceProfileName: varchar('voice_profile_name', { length: 100 }).notNull().unique(),
    voiceModelType: varchar('voice_model_type', { length: 3, enum: VOICE_MODEL_TYPES }).notNull(),
    voiceModelName: varchar('voice_model_name', { length: 100 }).notNull(),
    encryptedApiKey: sealed('encrypted_api_key'),
    voiceMetaParams: json('voice_meta_params', anyObject, { onInvalid: 'raw' }),
    description: text('description'),
    isActive: boolean('is_active').notNull().default(true),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    lastUsedAt: datetime('last_used_at', { onInvalid: 'invalid-date' }),
  },
  (t) => [
    check('voice_profiles_voice_model_type', sql`${t.voiceModelType} IN ('asr', 'tts')`),
    index('idx_voice_profiles_active').on(t.isActive),
    index('idx_voice_profiles_name').on(t.voiceProfileName),
    index('idx_voice_profiles_type').on(t.voiceModelType),
  ],
);

export type VoiceProfileRow = typeof voiceProfiles.$inferSelect;
export type NewVoiceProfileRow = typeof voiceProfiles.$inferInsert;
