import { sql } from 'drizzle-orm';
import { index, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { datetime } from '../../drizzle/columns/datetime.js';
import { sealed } from '../../drizzle/columns/sealed.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';

/** A secret by name. */
export const credentials = sqliteTable(
  'credentials',
  {
    id: uuid('id', { accepts: 'text' }),
    keyName: varchar('key_name', { length: 100 }).notNull().unique(),
    encryptedValue: sealed('encrypted_value'),
    description: text('description'),
    createdAt: datetime('created_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    updatedAt: datetime('updated_at', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
  },
  (t) => [
    // Declared for the table, where it does not imply NOT NULL: SQLite takes NULL for this id.
    primaryKey({ columns: [t.id] }),
    index('idx_credentials_key_name').on(t.keyName),
  ],
);

export type CredentialRow = typeof credentials.$inferSelect;
export type NewCredentialRow = typeof credentials.$inferInsert;
