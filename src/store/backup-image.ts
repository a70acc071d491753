import type { NumberedPage } from '../engine/paged-file.js';
import { CorruptionError } from '../errors/storage-error.js';
import { CHUNK_BYTES, chunkCount } from '../page/chunk.js';
import { type BackupRecord, chunksOfBackup } from './backup.js';
import { damagedIndex, intactChunks, writtenSeqs } from './base.js';
import { type Commit, decodeLog, validRecords } from './commit.js';
import { copyByChunk, isIntactCopy } from './copy.js';
import type { Meta } from './meta.js';

/** What is stored of a backup, all read from one state. */
export interface BackupRecords {
  readonly meta: Meta;
  readonly backup: BackupRecord;
  /** The copies of the backup itself, then those of each newer one, in their order. */
  readonly copies: readonly { readonly id: string; readonly records: readonly unknown[] }[];
  readonly chunks: readonly unknown[];
  readonly index: readonly unknown[];
  /** Up to the backup's commit. */
  readonly log: readonly unknown[];
}

/**
 * The file that a backup is. Each chunk is the first copy that is found of it: a newer backup's, where it was overwritten
 * only after that one, or the base's own, where it never was.
 *
 * @throws {CorruptionError} that names the records which are missing, damaged, or of a later state.
 */
export function backupImage(stored: BackupRecords): Uint8Array<ArrayBuffer> {
  const { pageSize, pageCount } = stored.backup;
  const image = new Uint8Array(pageCount * pageSize);
  const damaged = damagedIndex(stored.index);
  const find = chunkFinder(stored);
  for (let chunk = 0; chunk < chunksOfBackup(stored.backup); chunk++) {
    const found = find(chunk);
    if (typeof found === 'string') damaged.push(found);
    else image.set(found.subarray(0, image.length - chunk * CHUNK_BYTES), chunk * CHUNK_BYTES);
  }
  if (damaged.length > 0)
    throw new CorruptionError(damaged, `${damaged.length} records of backup ${stored.backup.id} are missing or damaged`);
  for (const { pages } of laterCommits(stored)) layPages(image, pages, pageSize);
  return image;
}

const NOTHING = new Uint8Array(0);

/** Gives the bytes of a chunk, or the name of the record that is at fault. */
function chunkFinder({ meta, backup, copies, chunks, index }: BackupRecords): (chunk: number) => Uint8Array | string {
  const sources = copies.map(({ id, records }) => ({ id, copies: copyByChunk(records) }));
  const [baseChunk, seqOf] = [intactChunks(chunks, index), writtenSeqs(index)];
  const baseCount = chunkCount(meta.pageCount * meta.pageSize);
  return (chunk) => {
    const lacking = `copy ${backup.id} ${chunk}`;
    const source = sources.find((each) => each.copies.has(chunk));
    const copy = source?.copies.get(chunk);
    if (source && copy) {
      if (!isIntactCopy(copy)) return `copy ${source.id} ${chunk}`;
      return copy.seq <= backup.seq ? copy.bytes : lacking;
    }
    // The commits that the base has not reached yet may have made the file longer.
    if (chunk >= baseCount) return meta.checkpointSeq < backup.seq ? NOTHING : lacking;
    if (seqOf(chunk) > backup.seq) return lacking;
    return baseChunk(chunk) ?? `base ${chunk}`;
  };
}

/** The commits between the base and the backup, where the base has not reached it yet. */
function laterCommits({ meta, backup, log }: BackupRecords): readonly Commit[] {
  const { checkpointSeq } = meta;
  if (checkpointSeq >= backup.seq) return [];
  const commits = decodeLog(validRecords(log, checkpointSeq), checkpointSeq);
  if (checkpointSeq + commits.length !== backup.seq)
    throw new CorruptionError([`log ${backup.seq}`], `Commit ${backup.seq} of the log is missing`);
  return commits;
}

function layPages(image: Uint8Array, pages: readonly NumberedPage[], pageSize: number): void {
  // A page past the end was cut off by a later commit.
  for (const [page, bytes] of pages) if ((page + 1) * pageSize <= image.length) image.set(bytes, page * pageSize);
}
