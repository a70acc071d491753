import { checksum } from '../page/checksum.js';
import type { StorageEntry, StorageKey, StorageRange } from '../storage/storage.js';

/** A chunk of the base as it was before it was overwritten: what a backup still needs of it. */
export interface Copy {
  readonly chunk: number;
  /** The commit at which the chunk had last been written: no copy of a later one is part of an older backup. */
  readonly seq: number;
  readonly bytes: Uint8Array;
}

interface CopyRecord extends Copy {
  readonly checksum: number;
}

export function copyKey(id: string, chunk: number): StorageKey {
  return ['copy', id, chunk];
}

/** All copies of a backup. */
export function copiesOf(id: string): StorageRange {
  return { from: copyKey(id, 0), to: copyKey(id, Number.POSITIVE_INFINITY) };
}

export function encodeCopy(id: string, { chunk, seq, bytes }: Copy): StorageEntry {
  const value: CopyRecord = { chunk, seq, checksum: sumOf({ chunk, seq, bytes }), bytes };
  return { key: copyKey(id, chunk), value };
}

/** Copies that were read, as the records of another backup: each keeps its checksum, right or wrong. */
export function movedCopies(records: readonly unknown[], id: string, isMoved: (chunk: number) => boolean): StorageEntry[] {
  const moved = records.filter(isCopyRecord).filter(({ chunk }) => isMoved(chunk));
  return moved.map((value) => ({ key: copyKey(id, value.chunk), value }));
}

/** The copies among records as read, by chunk. */
export function copyByChunk(records: readonly unknown[]): Map<number, Copy> {
  return new Map(records.filter(isCopyRecord).map((record) => [record.chunk, record]));
}

/** Whether what was read is a copy that matches its checksum. */
export function isIntactCopy(record: unknown): record is Copy {
  return isCopyRecord(record) && sumOf(record) === record.checksum;
}

const encoder = new TextEncoder();

function sumOf({ chunk, seq, bytes }: Copy): number {
  return checksum(bytes, checksum(encoder.encode(JSON.stringify([chunk, seq]))));
}

function isCopyRecord(value: unknown): value is CopyRecord {
  const record = value as Partial<CopyRecord> | null | undefined;
  return (
    typeof record === 'object' &&
    record !== null &&
    [record.chunk, record.seq, record.checksum].every((count) => Number.isSafeInteger(count)) &&
    record.bytes instanceof Uint8Array
  );
}
