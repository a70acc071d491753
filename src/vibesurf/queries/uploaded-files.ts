import { and, count, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { DrizzleReader, DrizzleWriter } from '../../drizzle/drizzle.js';
import { UsageError } from '../../errors/database-error.js';
import { type NewUploadedFileRow, type UploadedFileRow, uploadedFiles } from '../models/uploaded-file.js';
import { existing, notFound } from './existence.js';
import { isBefore } from './moment.js';
import { type Page, pageOf } from './page.js';
import { givenOf } from './patch.js';
import { naming } from './unique.js';

const FIELDS = ['fileId', 'originalFilename', 'storedFilename', 'filePath', 'sessionId', 'fileSize', 'mimeType', 'relativePath'] as const;

/** A file to record; `fileSize` is in bytes. */
export type UploadedFileInput = Pick<NewUploadedFileRow, (typeof FIELDS)[number]>;

/** Which files to look at. */
export interface UploadedFileFilter {
  /** Those of one session; of all by default. */
  readonly sessionId?: string;
  /** Leave out those that were deleted; true by default. */
  readonly activeOnly?: boolean;
}

export interface PurgeOptions {
  /** How long ago a file must have been deleted, in days of 24 hours; 30 by default. */
  readonly olderThanDays?: number;
  /** The moment from which those days are counted back; the present by default. */
  readonly now?: Date;
}

const DAY_MS = 86_400_000;

/** Rows of one second keep the order in which they were inserted; an index that ends on the time gives them so. */
const NEWEST_FIRST: readonly SQL[] = [desc(uploadedFiles.uploadTime), sql`rowid DESC`];

/**
 * Records a file that was uploaded now.
 *
 * @throws {DuplicateNameError} when another has its `fileId`.
 * @throws {InvalidValueError} when a column cannot hold what is given.
 */
export function recordUploadedFile(
  tx: DrizzleWriter,
  file: UploadedFileInput,
  { now = new Date() }: { readonly now?: Date } = {},
): UploadedFileRow {
  const row = { ...givenOf(file, FIELDS), uploadTime: now };
  return naming(() => tx.insert(uploadedFiles).values(row).returning().get());
}

/** A file that was not deleted, or undefined. */
export function getUploadedFile(db: DrizzleReader, fileId: string): UploadedFileRow | undefined {
  return db.select().from(uploadedFiles).where(activeFile(fileId)).get();
}

/** Files, newest first. @throws {UsageError} for a page that is none. */
export function listUploadedFiles(db: DrizzleReader, options: UploadedFileFilter & Page = {}): UploadedFileRow[] {
  const { limit, offset } = pageOf(options);
  return db
    .select()
    .from(uploadedFiles)
    .where(conditionOf(options))
    .orderBy(...NEWEST_FIRST)
    .limit(limit)
    .offset(offset)
    .all();
}

/** The files of a session that were not deleted, newest first. @throws {UsageError} for a page that is none. */
export function listUploadedFilesBySession(db: DrizzleReader, sessionId: string, page: Page = {}): UploadedFileRow[] {
  return listUploadedFiles(db, { ...page, sessionId });
}

/** How many files there are. */
export function countUploadedFiles(db: DrizzleReader, filter: UploadedFileFilter = {}): number {
  return db.select({ number: count() }).from(uploadedFiles).where(conditionOf(filter)).get()?.number ?? 0;
}

/**
 * Marks a file as deleted; its row stays until it is purged.
 *
 * @returns the row as it is now.
 * @throws {NotFoundError} when there is no such file, or it was deleted before.
 */
export function deleteUploadedFile(tx: DrizzleWriter, fileId: string, { now = new Date() }: { readonly now?: Date } = {}): UploadedFileRow {
  const deleted = tx.update(uploadedFiles).set({ isDeleted: true, deletedAt: now }).where(activeFile(fileId)).returning().get();
  return existing(deleted, uploadedFiles.fileId);
}

/** Deletes the row of a file, marked as deleted or not. @throws {NotFoundError} when there is none. */
export function hardDeleteUploadedFile(tx: DrizzleWriter, fileId: string): void {
  const { changes } = tx.delete(uploadedFiles).where(eq(uploadedFiles.fileId, fileId)).run();
  if (changes === 0) throw notFound(uploadedFiles.fileId);
}

/**
 * Deletes the rows of the files that were marked as deleted more than some days ago.
 *
 * @returns what they were, so that the files themselves can go too.
 * @throws {UsageError} for a number of days that is none.
 */
export function purgeUploadedFiles(tx: DrizzleWriter, { olderThanDays = 30, now = new Date() }: PurgeOptions = {}): UploadedFileRow[] {
  if (!Number.isFinite(olderThanDays) || olderThanDays < 0) throw new UsageError('olderThanDays is to be a number of days, 0 or more.');
  const before = new Date(now.getTime() - olderThanDays * DAY_MS);
  return tx
    .delete(uploadedFiles)
    .where(and(eq(uploadedFiles.isDeleted, true), isBefore(uploadedFiles.deletedAt, before)))
    .returning()
    .all();
}

function activeFile(fileId: string): SQL | undefined {
  return and(eq(uploadedFiles.fileId, fileId), eq(uploadedFiles.isDeleted, false));
}

function conditionOf({ sessionId, activeOnly = true }: UploadedFileFilter): SQL | undefined {
  const isActive = eq(uploadedFiles.isDeleted, false);
  if (sessionId === undefined) return activeOnly ? isActive : undefined;
  // The plus keeps SQLite from the index of all active files, which promises no less by its statistics.
  return and(eq(uploadedFiles.sessionId, sessionId), activeOnly ? sql`+${isActive}` : undefined);
}
