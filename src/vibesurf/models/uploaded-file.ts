import { sql } from 'drizzle-orm';
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { bigint } from '../../drizzle/columns/bigint.js';
import { boolean } from '../../drizzle/columns/boolean.js';
import { datetime } from '../../drizzle/columns/datetime.js';
import { uuid } from '../../drizzle/columns/uuid.js';
import { varchar } from '../../drizzle/columns/varchar.js';

/** A file that was given to the agent; `fileSize` is in bytes. */
export const uploadedFiles = sqliteTable(
  'uploaded_files',
  {
    fileId: uuid('file_id', { version: 7, accepts: 'text' }).primaryKey(),
    originalFilename: varchar('original_filename', { length: 255 }).notNull(),
    storedFilename: varchar('stored_filename', { length: 255 }).notNull(),
    filePath: text('file_path').notNull(),
    sessionId: varchar('session_id', { length: 255 }),
    fileSize: bigint('file_size').notNull(),
    mimeType: varchar('mime_type', { length: 100 }).notNull(),
    uploadTime: datetime('upload_time', { onInvalid: 'invalid-date' }).notNull().default(sql`CURRENT_TIMESTAMP`),
    relativePath: text('relative_path').notNull(),
    isDeleted: boolean('is_deleted').notNull().default(false),
    deletedAt: datetime('deleted_at', { onInvalid: 'invalid-date' }),
  },
  (t) => [
    index('idx_uploaded_files_active').on(t.isDeleted, t.uploadTime),
    index('idx_uploaded_files_filename').on(t.originalFilename),
    index('idx_uploaded_files_session_time').on(t.sessionId, t.uploadTime),
  ],
);

export type UploadedFileRow = typeof uploadedFiles.$inferSelect;
export type NewUploadedFileRow = typeof uploadedFiles.$inferInsert;
