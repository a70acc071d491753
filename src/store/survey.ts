import { CorruptionError } from '../errors/storage-error.js';
import { CHUNK_BYTES, chunkCount } from '../page/chunk.js';
import { readHeader } from '../page/header.js';
import { META_KEY, type ReadRequest, wholeSeries } from '../storage/storage.js';
import { BASE_SERIES, damagedIndex, INDEX_SERIES, intactChunks, newestWritten } from './base.js';
import { type Commit, decodeLog, groupBySeq, logAfter, UNKNOWN_RECORD, validRecords } from './commit.js';
import { planBase } from './fold.js';
import { FORMAT, type Meta, readableMeta } from './meta.js';

/** Everything that is stored of a database, its backups' copies left out; as ranges, so that a hole hides nothing. */
export const EVERYTHING: readonly ReadRequest[] = [
  { get: META_KEY },
  { range: wholeSeries(BASE_SERIES) },
  { range: wholeSeries(INDEX_SERIES) },
  { range: logAfter(-1) },
];

/** What is left of a stored database: every record looked at by itself. */
export interface Survey {
  /** What the store says of itself, or what its other records say of it; undefined where these do not suffice. */
  readonly meta: Meta | undefined;
  /** The names of the records that are missing or damaged, as a CorruptionError gives them. */
  readonly damaged: readonly string[];
  /** The bytes of a chunk of the base; undefined where it is missing or damaged. */
  readonly chunk: (chunk: number) => Uint8Array | undefined;
  /** The commits after the base, up to the first that is missing or damaged. */
  readonly commits: readonly Commit[];
}

/**
 * Looks at the answers to `EVERYTHING`.
 *
 * @throws {StorageFormatError} when the store is of a format that this Tablite does not know.
 */
export function surveyOf([stored, chunks, index, log]: readonly unknown[]): Survey {
  const [chunkRecords, indexRecords, logRecords] = [chunks, index, log] as [unknown[], unknown[], unknown[]];
  const damaged = new Set(damagedIndex(indexRecords));
  const chunk = intactChunks(chunkRecords, indexRecords);
  const found = readableMeta(stored);
  if (!found) damaged.add('meta');
  const meta = found ?? rebuiltMeta(chunk, indexRecords);
  if (!meta) return { meta, damaged: [...damaged], chunk, commits: [] };
  for (let at = 0; at < chunkCount(meta.pageCount * meta.pageSize); at++) if (!chunk(at)) damaged.add(`base ${at}`);
  const surveyed = surveyLog(logRecords, meta);
  return { meta, damaged: [...damaged, ...surveyed.damaged], chunk, commits: surveyed.commits };
}

/** A fold writes at least one chunk with the number of its last commit, and the first page knows the size of the file. */
function rebuiltMeta(chunk: (chunk: number) => Uint8Array | undefined, index: readonly unknown[]): Meta | undefined {
  const header = readHeader(chunk(0) ?? new Uint8Array(0));
  if (!header) return undefined;
  const { pageSize, pageCount } = header;
  return { format: FORMAT, storeId: '', pageSize, pageCount, checkpointSeq: newestWritten(index), backups: [] };
}

/** Each commit by itself: the good ones up to the first that is not, and the names of all that are missing or damaged. */
function surveyLog(log: readonly unknown[], { checkpointSeq }: Meta): Pick<Survey, 'commits' | 'damaged'> {
  const recordsBySeq = groupBySeq(validRecords(log, checkpointSeq));
  const unknown = recordsBySeq.delete(Number.NaN) ? [UNKNOWN_RECORD] : [];
  const commits: Commit[] = [];
  const damaged: string[] = [];
  let before = checkpointSeq;
  for (const seq of [...recordsBySeq.keys()].sort((a, b) => a - b)) {
    if (seq > before + 1) damaged.push(seq === before + 2 ? `log ${before + 1}` : `log ${before + 1} to ${seq - 1}`);
    before = seq;
    try {
      const decoded = decodeLog(recordsBySeq.get(seq) ?? [], seq - 1);
      if (damaged.length === 0) commits.push(...decoded);
    } catch (cause) {
      if (!(cause instanceof CorruptionError)) throw cause;
      damaged.push(...cause.damaged);
    }
  }
  return { commits, damaged: [...damaged, ...unknown] };
}

/**
 * The file at the newest commit that is left, and which commit that is; undefined where a page of it is missing. A damaged chunk
 * does not matter once later commits have written all of it.
 */
export function salvagedFile({
  meta,
  chunk,
  commits,
}: Survey): { readonly seq: number; readonly file: Uint8Array<ArrayBuffer> } | undefined {
  if (!meta) return undefined;
  const { newest, pageCount } = planBase(meta, commits);
  const { pageSize } = meta;
  const file = new Uint8Array(pageCount * pageSize);
  const isLaid = new Set(newest.map(([page]) => page));
  for (let at = 0; at < chunkCount(meta.pageCount * pageSize); at++) {
    const bytes = chunk(at);
    const start = at * CHUNK_BYTES;
    if (start >= file.length) break;
    if (bytes) file.set(bytes.subarray(0, file.length - start), start);
    else if (pagesOf(at, pageSize).some((page) => page < Math.min(pageCount, meta.pageCount) && !isLaid.has(page))) return undefined;
  }
  for (const [page, bytes] of newest) if (page < pageCount) file.set(bytes, page * pageSize);
  return { seq: meta.checkpointSeq + commits.length, file };
}

/** The pages that have bytes in a chunk. */
function pagesOf(chunk: number, pageSize: number): number[] {
  const [first, end] = [Math.floor((chunk * CHUNK_BYTES) / pageSize), Math.ceil(((chunk + 1) * CHUNK_BYTES) / pageSize)];
  return Array.from({ length: end - first }, (_, at) => first + at);
}
