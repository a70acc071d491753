import type { Storage } from '../storage/storage.js';
import { CommitLog } from './commit-log.js';
import type { Clock } from './environment.js';

/** What a mirror holds: a database at some commit. */
export interface MirrorImage {
  readonly storeId: string;
  readonly seq: number;
  /** One SQLite file. */
  readonly file: Uint8Array<ArrayBuffer>;
}

/**
 * A mirror as it is stored, every chunk checked; undefined where there is none.
 *
 * @throws {CorruptionError} when it is damaged.
 * @throws {StorageError} {StorageFormatError} when it cannot be read.
 */
export async function mirrorImage(storage: Storage, clock: Clock): Promise<MirrorImage | undefined> {
  const log = new CommitLog({ storage, clock, newId: () => '' });
  const stored = await log.load();
  if (!stored) return undefined;
  const { pages, pageSize, seq } = stored;
  const file = new Uint8Array(pages.length * pageSize);
  pages.forEach((page, at) => {
    file.set(page, at * pageSize);
  });
  return { storeId: log.storeId, seq, file };
}
