import { open, readFile, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AuthoringError, systemCode } from '../authoring/authoring-error.js';
import { replaceFile, writeNewFile } from '../authoring/write-file.js';
import { checkFile } from '../database/check-file.js';
import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import type { Io } from './command.js';

/** The read and the write version in the header; 2 in them means a write-ahead log. */
const VERSIONS = { start: 18, end: 20 } as const;
/** A rollback journal that begins with zeros is done with: https://www.sqlite.org/fileformat2.html#the_rollback_journal */
const JOURNAL_MAGIC_BYTES = 8;

/** A SQLite file on disk, read as a whole. */
export interface SqliteFile {
  /** Absolute, links followed. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly connection: Connection;
  /** What tells that somebody else wrote it meanwhile. */
  readonly stamp: string;
  readonly mode: number;
}

/**
 * Reads a SQLite file and opens it in memory.
 *
 * @throws {AuthoringError} `FILE_MISSING`, or `FILE_IN_USE` when there are changes beside it that are not in it.
 * @throws {ImportError} when it is no whole SQLite file.
 */
export async function readSqliteFile(engine: Engine, given: string, io: Pick<Io, 'cwd'>): Promise<SqliteFile> {
  const path = await existing(resolve(io.cwd, given), given);
  await refuseOpen(path, given);
  const { stamp, mode } = await stampOf(path);
  // A Buffer's slice() is no copy, as a Uint8Array's is: whoever makes one of these bytes must not change them.
  const bytes = new Uint8Array(await readFile(path));
  return { path, bytes, connection: engine.open(checkFile(engine, bytes)), stamp, mode };
}

/**
 * Copies what was read, which is at a version, to a new file beside it.
 *
 * @throws {AuthoringError} when it cannot be written.
 */
export async function backUp({ path, bytes, mode }: SqliteFile, version: number, { now = Date.now, files }: Io): Promise<string> {
  // A colon may not stand in a file name everywhere.
  const time = new Date(now()).toISOString().replaceAll(':', '-');
  const copy = `${path}.v${version}-${time}.bak`;
  await writeNewFile(copy, bytes, { mode, ...(files && { files }) });
  return copy;
}

/**
 * Puts what the connection holds in the place of the file, at once.
 *
 * @throws {AuthoringError} `FILE_IN_USE` or `FILE_CHANGED` when somebody else was at it, `FILE_WRITE`.
 */
export async function writeSqliteFile({ path, bytes, connection, stamp, mode }: SqliteFile, { files }: Io): Promise<void> {
  const image = connection.file.image(connection.header.pageCount);
  // The journal mode is the file's own choice, and stays.
  image.set(bytes.subarray(VERSIONS.start, VERSIONS.end), VERSIONS.start);
  await refuseOpen(path, path);
  if ((await stampOf(path)).stamp !== stamp) {
    const message = 'another program wrote the file meanwhile. It is left as that program made it: close the program, then try again.';
    throw new AuthoringError('FILE_CHANGED', { file: path }, message);
  }
  await replaceFile(path, image, { mode, ...(files && { files }) });
}

async function existing(path: string, given: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (systemCode(cause) !== 'ENOENT') throw cause;
    throw new AuthoringError('FILE_MISSING', { file: given }, 'there is no such file. Name a SQLite file.', { cause });
  }
}

async function stampOf(path: string): Promise<{ stamp: string; mode: number }> {
  const { ino, size, mtimeNs, mode } = await stat(path, { bigint: true });
  return { stamp: `${ino} ${size} ${mtimeNs}`, mode: Number(mode) & 0o777 };
}

/** @throws {AuthoringError} when another program has it open, or crashed: what it wrote last is beside the file. */
async function refuseOpen(path: string, given: string): Promise<void> {
  const [log, index, journal] = await Promise.all(['wal', 'shm', 'journal'].map((suffix) => beginning(`${path}-${suffix}`)));
  if (!log?.length && !index?.length && !journal?.some((byte) => byte !== 0)) return;
  const message =
    'a -wal, -shm or -journal file lies beside it: another program has it open, or crashed. Close that program; after a crash, open the file once with it or with `sqlite3`, and close it again.';
  throw new AuthoringError('FILE_IN_USE', { file: given }, message);
}

/** The first bytes of a file; none where there is no file. */
async function beginning(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(JOURNAL_MAGIC_BYTES), 0, JOURNAL_MAGIC_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return new Uint8Array(0);
    throw cause;
  }
}
