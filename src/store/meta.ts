import { CorruptionError, StorageFormatError } from '../errors/storage-error.js';
import { checksum } from '../page/checksum.js';
import { META_KEY, type StorageEntry } from '../storage/storage.js';
import { type BackupRecord, isBackupList } from './backup.js';

/**
 * A new format has to keep its log under another key too: a tab with older code that is open meanwhile sends its record
 * before it sees the new meta.
 */
export const FORMAT = 1;

/** What store this is, and where its base stands. */
export interface Meta {
  /** The storage format; a newer one is left untouched. */
  readonly format: number;
  readonly storeId: string;
  readonly pageSize: number;
  /** Every commit up to this one is folded into the base; a log record at or below it is void. */
  readonly checkpointSeq: number;
  /** Pages of the base. */
  readonly pageCount: number;
  /** Oldest first; a store that was begun before there were any has no list. */
  readonly backups: readonly BackupRecord[];
  /** In a mirror, what tells the commit at `checkpointSeq` from another line's of that number. */
  readonly headId?: string;
}

/** A store that was begun before there were any has no checksum. */
interface MetaRecord extends Meta {
  readonly checksum?: number;
}

export function metaEntry(meta: Omit<Meta, 'format'>): StorageEntry {
  const whole: Meta = { format: FORMAT, ...meta };
  return { key: META_KEY, value: { ...whole, checksum: sumOf(whole) } satisfies MetaRecord };
}

const encoder = new TextEncoder();

function sumOf({ format, storeId, pageSize, checkpointSeq, pageCount, backups, headId }: Meta): number {
  const listed = backups.map((each) => [each.id, each.seq, each.schemaVersion, each.createdAt, each.reason, each.pageSize, each.pageCount]);
  return checksum(encoder.encode(JSON.stringify([format, storeId, pageSize, checkpointSeq, pageCount, listed, headId])));
}

/**
 * The meta record as it was read.
 *
 * @throws {StorageFormatError} when it is of a format that this Tablite does not know.
 * @throws {CorruptionError} when it is not a meta record.
 */
export function parseMeta(value: unknown): Meta {
  if (typeof value !== 'object' || value === null)
    throw new CorruptionError(['meta'], 'The record that names the store is missing or damaged');
  const meta = value as Partial<MetaRecord>;
  if (typeof meta.format === 'number' && meta.format > FORMAT) {
    throw new StorageFormatError(
      `The storage has format ${meta.format}, and this Tablite knows up to ${FORMAT}. It was left untouched: load the newer code.`,
    );
  }
  const { format, storeId, pageSize, checkpointSeq, pageCount, backups = [], headId, checksum: sum } = meta;
  const isWhole = format === FORMAT && typeof storeId === 'string' && isCount(pageSize) && isCount(checkpointSeq) && isCount(pageCount);
  if (!isWhole || !isBackupList(backups)) throw new CorruptionError(['meta'], 'The record that names the store is damaged');
  const parsed: Meta = { format, storeId, pageSize, checkpointSeq, pageCount, backups, ...(headId !== undefined && { headId }) };
  if (sum !== undefined && sum !== sumOf(parsed))
    throw new CorruptionError(['meta'], 'The record that names the store does not match its checksum');
  return parsed;
}

/** The same; undefined where there is none, or one that says nothing intact. @throws {StorageFormatError} */
export function readableMeta(stored: unknown): Meta | undefined {
  if (stored === undefined) return undefined;
  try {
    return parseMeta(stored);
  } catch (cause) {
    if (cause instanceof CorruptionError) return undefined;
    throw cause;
  }
}

/**
 * Whether the base and the backups are still what they were. No state of theirs comes back: `checkpointSeq` only grows, and
 * only one commit ever has the number that a backup is listed with.
 */
export function isSameMeta(a: Meta, b: Meta): boolean {
  return a.storeId === b.storeId && a.checkpointSeq === b.checkpointSeq && a.headId === b.headId && listed(a) === listed(b);
}

function listed({ backups }: Meta): string {
  return backups.map(({ seq }) => seq).join();
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
