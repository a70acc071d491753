import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AuthoringError, systemCode } from './authoring-error.js';

/** The part of `node:fs/promises` that files are written with. */
export interface FileSystem {
  open(path: string, flags: string, mode?: number): Promise<Pick<FileHandle, 'writeFile' | 'sync' | 'close'>>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: boolean }): Promise<void>;
}

export interface WriteFileOptions {
  /** The permissions of the file. */
  readonly mode?: number;
  readonly files?: FileSystem;
}

/**
 * Writes a file that is not there yet, and resolves once it is on disk.
 *
 * @throws {AuthoringError} `FILE_EXISTS`, or `FILE_WRITE` and nothing of the file is left.
 */
export async function writeNewFile(path: string, content: Uint8Array | string, options: WriteFileOptions = {}): Promise<void> {
  const { mode, files = { open, rename, rm } } = options;
  let file: Awaited<ReturnType<FileSystem['open']>>;
  try {
    file = await files.open(path, 'wx', mode);
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw writeFailure(path, cause, 'Nothing was written');
    throw new AuthoringError('FILE_EXISTS', { file: path }, 'the file is there already, and is never overwritten. Choose another name.');
  }
  try {
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    await files.rm(path, { force: true });
    throw writeFailure(path, cause, 'Nothing was written');
  }
}

/**
 * Puts a new content in the place of a file, at once: at any moment, a power cut included, there is the old one or the
 * new one, whole.
 *
 * @throws {AuthoringError} `FILE_WRITE`
 */
export async function replaceFile(path: string, content: Uint8Array | string, options: WriteFileOptions = {}): Promise<void> {
  const { files = { open, rename, rm } } = options;
  const temporary = `${path}.${process.pid}-${crypto.randomUUID()}.tmp`;
  await writeNewFile(temporary, content, options);
  try {
    await files.rename(temporary, path);
  } catch (cause) {
    await files.rm(temporary, { force: true });
    throw writeFailure(path, cause, 'The file is as it was');
  }
  // The new name lasts once the folder is on disk; Windows opens no folder, and keeps names in its journal.
  if (process.platform !== 'win32') await syncFolder(path, files);
}

async function syncFolder(path: string, files: FileSystem): Promise<void> {
  try {
    const folder = await files.open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (cause) {
    throw writeFailure(path, cause, 'The file is replaced, and the disk did not confirm it');
  }
}

function writeFailure(path: string, cause: unknown, state: string): AuthoringError {
  const message = `could not be written (${systemCode(cause) ?? 'no code'}). ${state}: see to the disk and its permissions, then try again.`;
  return new AuthoringError('FILE_WRITE', { file: basename(path) }, message, { cause });
}
