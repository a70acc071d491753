import { describe, expect, it } from 'vitest';
import { InvalidValueError } from '../../../src/errors/column-error.js';
import { UsageError } from '../../../src/errors/database-error.js';
import { DuplicateNameError, NotFoundError } from '../../../src/errors/query-error.js';
import {
  countUploadedFiles,
  deleteUploadedFile,
  getUploadedFile,
  hardDeleteUploadedFile,
  listUploadedFiles,
  listUploadedFilesBySession,
  purgeUploadedFiles,
  recordUploadedFile,
  type UploadedFileInput,
} from '../../../src/vibesurf/queries/uploaded-files.js';
import { idOf, insertRow, openTab } from './open-vibesurf.js';

const NOW = new Date('2025-06-01T10:00:00.000Z');

const input = (number: number, more: Partial<UploadedFileInput> = {}): UploadedFileInput => ({
  fileId: idOf(number),
  originalFilename: 'tickets.pdf',
  storedFilename: `${number}.pdf`,
  filePath: `/uploads/${number}.pdf`,
  relativePath: `${number}.pdf`,
  fileSize: 2048,
  mimeType: 'application/pdf',
  ...more,
});

/** A database with a file for each input, each uploaded a minute after the one before; those of these numbers are deleted. */
async function openWith(inputs: readonly UploadedFileInput[], deleted: readonly number[] = []) {
  const { db, database } = await openTab();
  await db.write((tx) => {
    inputs.forEach((each, at) => void recordUploadedFile(tx, each, { now: new Date(NOW.getTime() + at * 60_000) }));
    for (const number of deleted) deleteUploadedFile(tx, idOf(number), { now: NOW });
  });
  return { db, database };
}

const numbersOf = (rows: readonly { fileId: string }[]) => rows.map(({ fileId }) => Number(fileId.slice(-12)));

const ofSessions = [input(1, { sessionId: 'a' }), input(2, { sessionId: 'b' }), input(3, { sessionId: 'a' }), input(4, { sessionId: 'a' })];

describe('recording a file', () => {
  it('gives the stored row, with an id in the order of time', async () => {
    const { db } = await openTab();
    const { fileId: _, ...withoutId } = input(1);
    const row = await db.write((tx) => recordUploadedFile(tx, withoutId, { now: NOW }));
    expect(row).toMatchObject({ ...withoutId, sessionId: null, uploadTime: NOW, isDeleted: false, deletedAt: null });
    expect(row.fileId).toMatch(/^.{14}7/);
    expect(getUploadedFile(db, row.fileId)).toEqual(row);
  });

  it('takes no deletion of a whole row', async () => {
    const { db } = await openTab();
    const wholeRow = { ...input(1), isDeleted: true, deletedAt: NOW };
    expect(await db.write((tx) => recordUploadedFile(tx, wholeRow))).toMatchObject({ isDeleted: false, deletedAt: null });
  });

  it('of an id that is taken is an error', async () => {
    const { db } = await openWith([input(1)]);
    const recording = db.write((tx) => recordUploadedFile(tx, input(1, { storedFilename: 'other.pdf' })));
    await expect(recording).rejects.toBeInstanceOf(DuplicateNameError);
    expect(getUploadedFile(db, idOf(1))?.storedFilename).toBe('1.pdf');
  });

  it('of a size that is no integer is an error', async () => {
    const { db } = await openTab();
    await expect(db.write((tx) => recordUploadedFile(tx, input(1, { fileSize: 0.5 })))).rejects.toBeInstanceOf(InvalidValueError);
  });
});

describe('getting a file', () => {
  it('gives it unless it was deleted', async () => {
    const { db } = await openWith([input(1), input(2)], [2]);
    expect(getUploadedFile(db, idOf(1))?.storedFilename).toBe('1.pdf');
    expect(getUploadedFile(db, idOf(2))).toBeUndefined();
    expect(getUploadedFile(db, idOf(3))).toBeUndefined();
  });

  it('takes an id that is no UUID for one that is not there', async () => {
    const { db } = await openTab();
    expect(getUploadedFile(db, '1')).toBeUndefined();
  });
});

describe('the list of files', () => {
  it('has those that were not deleted, newest first, of all sessions or of one', async () => {
    const { db } = await openWith(ofSessions, [3]);
    expect(numbersOf(listUploadedFiles(db))).toEqual([4, 2, 1]);
    expect(numbersOf(listUploadedFiles(db, { sessionId: 'a' }))).toEqual([4, 1]);
    expect(numbersOf(listUploadedFilesBySession(db, 'a'))).toEqual([4, 1]);
    expect(listUploadedFilesBySession(db, 'c')).toEqual([]);
  });

  it('has the deleted ones too where they are asked for', async () => {
    const { db } = await openWith(ofSessions, [3]);
    expect(numbersOf(listUploadedFiles(db, { activeOnly: false }))).toEqual([4, 3, 2, 1]);
    expect(numbersOf(listUploadedFiles(db, { activeOnly: false, sessionId: 'a' }))).toEqual([4, 3, 1]);
  });

  it('is given in pages of 50', async () => {
    const { db } = await openWith(Array.from({ length: 52 }, (_, at) => input(at + 1, { sessionId: 'a' })));
    expect(listUploadedFiles(db)).toHaveLength(50);
    expect(listUploadedFiles(db, { limit: -1 })).toHaveLength(52);
    expect(listUploadedFiles(db, { limit: -1, offset: 50 })).toHaveLength(2);
    expect(numbersOf(listUploadedFilesBySession(db, 'a', { limit: 2, offset: 3 }))).toEqual([49, 48]);
  });

  it('refuses a page that is none', async () => {
    const { db } = await openTab();
    expect(() => listUploadedFiles(db, { limit: 0.5 })).toThrow(UsageError);
    expect(() => listUploadedFilesBySession(db, 'a', { offset: -1 })).toThrow(UsageError);
  });
});

describe('the number of files', () => {
  it('is that of the list', async () => {
    const { db } = await openWith(ofSessions, [3]);
    const filters = [{}, { sessionId: 'a' }, { sessionId: 'c' }, { activeOnly: false }, { activeOnly: false, sessionId: 'a' }];
    expect(filters.map((filter) => countUploadedFiles(db, filter))).toEqual([3, 2, 0, 4, 3]);
  });

  it('cannot be had of a database that is closed', async () => {
    const { db, database } = await openWith(ofSessions);
    await database.close();
    expect(() => countUploadedFiles(db)).toThrow(/closed/);
  });
});

describe('deleting a file', () => {
  it('marks it, with the time, and keeps the row', async () => {
    const { db } = await openWith([input(1)]);
    const row = await db.write((tx) => deleteUploadedFile(tx, idOf(1), { now: NOW }));
    expect(row).toMatchObject({ fileId: idOf(1), isDeleted: true, deletedAt: NOW });
    expect(listUploadedFiles(db, { activeOnly: false })).toEqual([row]);
  });

  it('that is not there, or deleted already, is an error and changes nothing', async () => {
    const { db } = await openWith([input(1)], [1]);
    const deleting = (number: number) => db.write((tx) => deleteUploadedFile(tx, idOf(number)));
    await expect(deleting(2)).rejects.toMatchObject({ name: 'NotFoundError', table: 'uploaded_files', column: 'file_id' });
    await expect(deleting(1)).rejects.toBeInstanceOf(NotFoundError);
    expect(listUploadedFiles(db, { activeOnly: false })[0]?.deletedAt).toEqual(NOW);
  });
});

describe('deleting the row of a file', () => {
  it('deletes it, marked or not', async () => {
    const { db } = await openWith([input(1), input(2), input(3)], [2]);
    await db.write((tx) => {
      hardDeleteUploadedFile(tx, idOf(1));
      hardDeleteUploadedFile(tx, idOf(2));
    });
    expect(numbersOf(listUploadedFiles(db, { activeOnly: false }))).toEqual([3]);
  });

  it('that is not there is an error', async () => {
    const { db } = await openWith([input(1)]);
    await expect(db.write((tx) => hardDeleteUploadedFile(tx, idOf(2)))).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe('purging deleted files', () => {
  const DAY_MS = 86_400_000;
  const later = (days: number, ms = 0) => ({ now: new Date(NOW.getTime() + days * DAY_MS + ms) });

  it('deletes the rows of those deleted more than 30 days ago, and gives them', async () => {
    const { db } = await openWith([input(1), input(2), input(3)], [1]);
    await db.write((tx) => deleteUploadedFile(tx, idOf(2), later(1)));
    const purged = await db.write((tx) => purgeUploadedFiles(tx, later(30, 1)));
    expect(purged).toMatchObject([{ fileId: idOf(1), filePath: '/uploads/1.pdf' }]);
    expect(numbersOf(listUploadedFiles(db, { activeOnly: false }))).toEqual([3, 2]);
  });

  it('deletes as many days as it is told, and none twice', async () => {
    const { db } = await openWith([input(1)], [1]);
    expect(await db.write((tx) => purgeUploadedFiles(tx, { olderThanDays: 7, ...later(6) }))).toEqual([]);
    expect(await db.write((tx) => purgeUploadedFiles(tx, { olderThanDays: 7, ...later(8) }))).toHaveLength(1);
    expect(await db.write((tx) => purgeUploadedFiles(tx, { olderThanDays: 7, ...later(8) }))).toEqual([]);
  });

  it('leaves those deleted exactly as long ago, whichever way the time is written', async () => {
    const { db, database } = await openTab();
    const times = ['2025-06-01 10:00:00', '2025-06-01 10:00:00.000000', '2025-06-01 09:59:59', '2025-06-01 09:59:59.999999', null];
    for (const [at, deleted_at] of times.entries()) {
      const columns = { file_id: idOf(at), original_filename: '', stored_filename: '', file_path: '', relative_path: '', mime_type: '' };
      await insertRow(database, 'uploaded_files', { ...columns, file_size: 1, is_deleted: 1, deleted_at });
    }
    expect(numbersOf(await db.write((tx) => purgeUploadedFiles(tx, later(30))))).toEqual([2, 3]);
    const fraction = await db.write((tx) => purgeUploadedFiles(tx, later(30, 120)));
    expect(numbersOf(fraction)).toEqual([0, 1]);
  });

  it('refuses a number of days that is none', async () => {
    const { db } = await openTab();
    for (const olderThanDays of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(db.write((tx) => purgeUploadedFiles(tx, { olderThanDays }))).rejects.toBeInstanceOf(UsageError);
    await expect(db.write((tx) => purgeUploadedFiles(tx, { now: new Date(Number.NaN) }))).rejects.toBeInstanceOf(UsageError);
  });
});
