import type { NumberedPage } from '../engine/paged-file.js';
import { CorruptionError } from '../errors/storage-error.js';
import { checksum } from '../page/checksum.js';
import type { StorageEntry, StorageRange } from '../storage/storage.js';

/** Bytes of one part of a log record; with its header it stays under 64 KiB. */
const PART_BYTES = 60 * 1024;
const PAGE_NUMBER_BYTES = 4;

/** The pages that one write changed. Commits form one line: `seq` grows by one. */
export interface Commit {
  readonly seq: number;
  /** Tells this attempt from another tab's with the same number. */
  readonly id: string;
  /** The tables it wrote, in lower case; `'all'` where that cannot be told. */
  readonly tables: readonly string[] | 'all';
  readonly schemaVersion: number;
  readonly pageSize: number;
  /** None in the record that a replacement of the whole base leaves: void at once, it takes the number. */
  readonly pages: readonly NumberedPage[];
}

/** Part 0 of a log record; the parts that follow hold the rest of its bytes. */
interface HeadPart {
  readonly seq: number;
  readonly part: 0;
  readonly parts: number;
  readonly id: string;
  readonly tables: readonly string[] | 'all';
  readonly schemaVersion: number;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly checksum: number;
  /** The page numbers as 32-bit little-endian integers, then the pages; cut into parts anywhere. */
  readonly bytes: Uint8Array;
}

type LaterPart = Pick<HeadPart, 'seq' | 'bytes'> & { readonly part: number };

/** All log records of commits after `seq`. */
export function logAfter(seq: number): StorageRange {
  return { from: ['log', seq + 1], to: ['log', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] };
}

/** All log records of commits up to `seq`. */
export function logUpTo(seq: number): StorageRange {
  return { from: ['log', 0], to: ['log', seq, Number.POSITIVE_INFINITY] };
}

/** The records of commits after `checkpointSeq`; every other one is void. Those of unknown shape stay, for the decoding to find. */
export function validRecords(log: readonly unknown[], checkpointSeq: number, upTo: number = Number.POSITIVE_INFINITY): unknown[] {
  return log.filter((record) => {
    if (typeof record !== 'object' || record === null || !('seq' in record)) return true;
    return Number(record.seq) > checkpointSeq && Number(record.seq) <= upTo;
  });
}

/** The log record of a commit: its later parts first, part 0 last, which is the compare-and-swap. */
export function encodeCommit(commit: Commit): StorageEntry[] {
  const payload = encodePages(commit.pages, commit.pageSize);
  const parts = Math.max(1, Math.ceil(payload.length / PART_BYTES));
  const { seq, id, tables, schemaVersion, pageSize } = commit;
  const head = { seq, part: 0 as const, parts, id, tables, schemaVersion, pageSize, pageCount: commit.pages.length };
  const entries: StorageEntry[] = [];
  for (let part = 1; part < parts; part++) {
    // A copy: a view would be stored with the whole buffer under it.
    const bytes = payload.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
    entries.push({ key: ['log', seq, part], value: { seq, part, bytes } satisfies LaterPart });
  }
  const bytes = parts === 1 ? payload : payload.slice(0, PART_BYTES);
  entries.push({ key: ['log', seq, 0], value: { ...head, checksum: sumOf(head, payload), bytes } satisfies HeadPart });
  return entries;
}

/** How many bytes of pages a commit adds to the log. */
export function sizeOf(commit: Commit): number {
  return commit.pages.length * (commit.pageSize + PAGE_NUMBER_BYTES);
}

/** Whether a part-0 record as read is this very commit. */
export function isRecordOf(commit: Pick<Commit, 'id'>, record: unknown): boolean {
  return typeof record === 'object' && record !== null && 'id' in record && record.id === commit.id;
}

/**
 * The commits in log records as read in key order, each checked.
 *
 * @throws {CorruptionError} that names the records whose checksum, parts or place in the line are not right.
 */
export function decodeLog(records: readonly unknown[], after: number): Commit[] {
  const recordsBySeq = groupBySeq(records);
  if (recordsBySeq.has(Number.NaN)) throw new CorruptionError([UNKNOWN_RECORD], 'The log is damaged');
  const commits: Commit[] = [];
  for (const [seq, parts] of recordsBySeq) {
    const expected = after + commits.length + 1;
    if (seq !== expected)
      throw new CorruptionError([`log ${expected}`], `The log has a gap: commit ${expected} is missing and commit ${seq} is there`);
    commits.push(decodeCommit(seq, parts.filter(isPart)));
  }
  return commits;
}

/** How a CorruptionError names a log record that does not say what it is. */
export const UNKNOWN_RECORD = 'log (a record of unknown shape)';

/** Log records as read, by the commit that each says it is of; NaN for those of unknown shape. */
export function groupBySeq(records: readonly unknown[]): Map<number, unknown[]> {
  const bySeq = new Map<number, unknown[]>();
  for (const record of records) {
    const seq = isPart(record) ? record.seq : Number.NaN;
    const others = bySeq.get(seq);
    if (others) others.push(record);
    else bySeq.set(seq, [record]);
  }
  return bySeq;
}

function decodeCommit(seq: number, parts: readonly LaterPart[]): Commit {
  const head = parts[0];
  if (!head || !isHead(head) || parts.length !== head.parts || parts.some(({ part }, at) => part !== at)) {
    throw new CorruptionError([`log ${seq}`], `Commit ${seq} of the log lacks a part`);
  }
  const payload = join(parts.map(({ bytes }) => bytes));
  const { checksum: sum, bytes: _, ...header } = head;
  if (sumOf(header, payload) !== sum || payload.length !== head.pageCount * (head.pageSize + PAGE_NUMBER_BYTES)) {
    throw new CorruptionError([`log ${seq}`], `Commit ${seq} of the log does not match its checksum`);
  }
  const { id, tables, schemaVersion, pageSize } = head;
  return { seq, id, tables, schemaVersion, pageSize, pages: decodePages(payload, head) };
}

function encodePages(pages: readonly NumberedPage[], pageSize: number): Uint8Array {
  const payload = new Uint8Array(pages.length * (PAGE_NUMBER_BYTES + pageSize));
  const view = new DataView(payload.buffer);
  let at = pages.length * PAGE_NUMBER_BYTES;
  pages.forEach(([page, bytes], index) => {
    view.setUint32(index * PAGE_NUMBER_BYTES, page, true);
    payload.set(bytes, at);
    at += pageSize;
  });
  return payload;
}

function decodePages(payload: Uint8Array, { pageCount, pageSize }: HeadPart): NumberedPage[] {
  const view = new DataView(payload.buffer, payload.byteOffset);
  const pages: NumberedPage[] = [];
  for (let index = 0; index < pageCount; index++) {
    const start = pageCount * PAGE_NUMBER_BYTES + index * pageSize;
    pages.push([view.getUint32(index * PAGE_NUMBER_BYTES, true), payload.subarray(start, start + pageSize)]);
  }
  return pages;
}

const encoder = new TextEncoder();

function sumOf(head: Omit<HeadPart, 'checksum' | 'bytes'>, payload: Uint8Array): number {
  const { seq, parts, id, tables, schemaVersion, pageSize, pageCount } = head;
  return checksum(payload, checksum(encoder.encode(JSON.stringify([seq, parts, id, tables, schemaVersion, pageSize, pageCount]))));
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function isPart(value: unknown): value is LaterPart {
  const part = value as Partial<LaterPart> | null | undefined;
  return (
    typeof part === 'object' &&
    part !== null &&
    Number.isSafeInteger(part.seq) &&
    Number.isSafeInteger(part.part) &&
    part.bytes instanceof Uint8Array
  );
}

function isHead(part: LaterPart): part is HeadPart {
  const head = part as Partial<HeadPart>;
  const counts = [head.parts, head.schemaVersion, head.pageSize, head.pageCount, head.checksum];
  return (
    part.part === 0 &&
    typeof head.id === 'string' &&
    (head.tables === 'all' || Array.isArray(head.tables)) &&
    counts.every((count) => Number.isSafeInteger(count))
  );
}
