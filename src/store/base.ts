import type { NumberedPage } from '../engine/paged-file.js';
import { CorruptionError } from '../errors/storage-error.js';
import { checksum } from '../page/checksum.js';
import { CHUNK_BYTES, chunkCount, chunksOfPage } from '../page/chunk.js';
import type { StorageEntry, StorageKey, StorageRange } from '../storage/storage.js';
import type { Meta } from './meta.js';

/** Chunks that one index record speaks of: 16 MiB of the file. */
const CHUNKS_PER_INDEX = 512;

/** One stretch of the file at `checkpointSeq`. */
interface ChunkRecord {
  readonly chunk: number;
  readonly bytes: Uint8Array;
}

/**
 * For each chunk of a range, the commit at which it was last written and its checksum: a chunk that silently kept an
 * older value has a valid checksum of its own.
 */
interface IndexRecord {
  readonly range: number;
  readonly seqs: Float64Array;
  readonly checksums: Uint32Array;
  /** Of the record itself; a store that was begun before there were any has none. */
  readonly checksum?: number;
}

export const BASE_SERIES: StorageKey = ['base'];
export const INDEX_SERIES: StorageKey = ['index'];

/** The bytes of all chunks in order; every chunk that `meta` promises is there and matches the index. */
export function checkBase(meta: Meta, chunks: readonly unknown[], index: readonly unknown[]): Uint8Array[] {
  const recorded = new Map(chunks.filter(isChunkRecord).map(({ chunk, bytes }) => [chunk, bytes]));
  const bytesByChunk = new Map<number, Uint8Array | undefined>();
  for (let chunk = 0; chunk < chunkCount(meta.pageCount * meta.pageSize); chunk++) bytesByChunk.set(chunk, recorded.get(chunk));
  return checkChunks(meta, bytesByChunk, index);
}

/**
 * The bytes of the chunks that exist according to `meta`, each checked against the index.
 *
 * @throws {CorruptionError} that names those which are missing or do not match.
 */
export function checkChunks(
  meta: Meta,
  bytesByChunk: ReadonlyMap<number, Uint8Array | undefined>,
  index: readonly unknown[],
): Uint8Array[] {
  const sumOf = recordedSums(index);
  const damaged = damagedIndex(index);
  const checked: Uint8Array[] = [];
  for (const [chunk, bytes] of bytesByChunk) {
    if (chunk >= chunkCount(meta.pageCount * meta.pageSize)) continue;
    if (bytes && checksum(bytes) === sumOf(chunk)) checked.push(bytes);
    else damaged.push(`base ${chunk}`);
  }
  if (damaged.length > 0)
    throw new CorruptionError(damaged, `${damaged.length} records of the base are missing or do not match their checksum`);
  return checked;
}

/** The records of a whole base, for a file given as one image. */
export function encodeBase(image: Uint8Array, seq: number): StorageEntry[] {
  const chunks = new Map<number, Uint8Array>();
  for (let chunk = 0; chunk < chunkCount(image.length); chunk++)
    chunks.set(chunk, image.slice(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES));
  return encodeChunks(chunks, [], seq);
}

/** The records of changed chunks, with the index records that speak of them, brought up to date. */
export function encodeChunks(bytesByChunk: ReadonlyMap<number, Uint8Array>, index: readonly unknown[], seq: number): StorageEntry[] {
  const recordByRange = indexByRange(index);
  const entries: StorageEntry[] = [];
  const touched = new Set<number>();
  for (const [chunk, bytes] of bytesByChunk) {
    const range = Math.floor(chunk / CHUNKS_PER_INDEX);
    const record = recordByRange.get(range) ?? {
      range,
      seqs: new Float64Array(CHUNKS_PER_INDEX),
      checksums: new Uint32Array(CHUNKS_PER_INDEX),
    };
    recordByRange.set(range, record);
    touched.add(range);
    record.seqs[chunk % CHUNKS_PER_INDEX] = seq;
    record.checksums[chunk % CHUNKS_PER_INDEX] = checksum(bytes);
    entries.push({ key: chunkKey(chunk), value: { chunk, bytes } satisfies ChunkRecord });
  }
  for (const range of touched) {
    const record = recordByRange.get(range);
    if (record) entries.push({ key: ['index', range], value: { ...record, checksum: sumOfIndex(record) } satisfies IndexRecord });
  }
  return entries;
}

/** The chunks that pages fall into. */
export function chunksOf(pages: Iterable<number>, pageSize: number): Set<number> {
  const chunks = new Set<number>();
  for (const page of pages) for (const chunk of chunksOfPage(page, pageSize)) chunks.add(chunk);
  return chunks;
}

/** Chunks with pages laid over them. `fileBytes` is the length of the file they are of: the last chunk ends with it. */
export function overlay(
  chunks: ReadonlyMap<number, Uint8Array | undefined>,
  pages: readonly NumberedPage[],
  file: { pageSize: number; bytes: number },
): Map<number, Uint8Array> {
  const laid = new Map<number, Uint8Array>();
  for (const [chunk, before] of chunks) {
    const length = Math.min(CHUNK_BYTES, file.bytes - chunk * CHUNK_BYTES);
    if (length <= 0) continue;
    const bytes = new Uint8Array(length);
    if (before) bytes.set(before.subarray(0, length));
    laid.set(chunk, bytes);
  }
  for (const [page, bytes] of pages) {
    for (const chunk of chunksOfPage(page, file.pageSize)) {
      const offset = page * file.pageSize - chunk * CHUNK_BYTES;
      const target = laid.get(chunk);
      // A page past the new end has no place in a file that has shrunk since.
      if (target && offset < target.length)
        target.set(bytes.subarray(Math.max(0, -offset), Math.min(bytes.length, target.length - offset)), Math.max(0, offset));
    }
  }
  return laid;
}

/** The commit at which a chunk was last written, by chunk; 0 where the index does not say. */
export function writtenSeqs(index: readonly unknown[]): (chunk: number) => number {
  const recordByRange = indexByRange(index);
  return (chunk) => recordByRange.get(Math.floor(chunk / CHUNKS_PER_INDEX))?.seqs[chunk % CHUNKS_PER_INDEX] ?? 0;
}

/** The commit at which any chunk was last written; 0 where the index does not say. */
export function newestWritten(index: readonly unknown[]): number {
  return index.filter(isIndexRecord).reduce((newest, { seqs }) => seqs.reduce((a, b) => Math.max(a, b), newest), 0);
}

/** The chunks of the base as they were read, by chunk: undefined where one is missing or does not match the index. */
export function intactChunks(chunks: readonly unknown[], index: readonly unknown[]): (chunk: number) => Uint8Array | undefined {
  const recorded = new Map(chunks.filter(isChunkRecord).map(({ chunk, bytes }) => [chunk, bytes]));
  const sumOf = recordedSums(index);
  return (chunk) => {
    const bytes = recorded.get(chunk);
    return bytes && checksum(bytes) === sumOf(chunk) ? bytes : undefined;
  };
}

export function chunkKey(chunk: number): StorageKey {
  return ['base', chunk];
}

/** The chunks that a file of that many bytes does not have. */
export function chunksPast(fileBytes: number): StorageRange {
  return { from: chunkKey(chunkCount(fileBytes)), to: chunkKey(Number.POSITIVE_INFINITY) };
}

/** The checksum of each chunk as the index has it; undefined where it does not say. */
export function recordedSums(index: readonly unknown[]): (chunk: number) => number | undefined {
  const recordByRange = indexByRange(index);
  return (chunk) => recordByRange.get(Math.floor(chunk / CHUNKS_PER_INDEX))?.checksums[chunk % CHUNKS_PER_INDEX];
}

/** The index records of the ranges that these chunks fall into. */
export function indexKeys(chunks: Iterable<number>): StorageKey[] {
  const ranges = new Set<number>();
  for (const chunk of chunks) ranges.add(Math.floor(chunk / CHUNKS_PER_INDEX));
  return [...ranges].map((range) => ['index', range]);
}

/** The bytes of a chunk record as read; undefined where there is none. */
export function chunkBytes(record: unknown): Uint8Array | undefined {
  return isChunkRecord(record) ? record.bytes : undefined;
}

/** The names of index records that do not match their own checksum. */
export function damagedIndex(index: readonly unknown[]): string[] {
  const wrong = index.filter(isIndexRecord).filter((record) => record.checksum !== undefined && record.checksum !== sumOfIndex(record));
  return wrong.map(({ range }) => `index ${range}`);
}

function sumOfIndex({ range, seqs, checksums }: IndexRecord): number {
  const own = checksum(Uint8Array.of(range & 255, (range >> 8) & 255, (range >> 16) & 255, range >>> 24));
  return checksum(bytesOf(checksums), checksum(bytesOf(seqs), own));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function indexByRange(index: readonly unknown[]): Map<number, IndexRecord> {
  return new Map(index.filter(isIndexRecord).map((record) => [record.range, record]));
}

function isChunkRecord(value: unknown): value is ChunkRecord {
  const record = value as Partial<ChunkRecord> | null | undefined;
  return typeof record === 'object' && record !== null && Number.isSafeInteger(record.chunk) && record.bytes instanceof Uint8Array;
}

function isIndexRecord(value: unknown): value is IndexRecord {
  const record = value as Partial<IndexRecord> | null | undefined;
  return (
    typeof record === 'object' &&
    record !== null &&
    Number.isSafeInteger(record.range) &&
    record.checksums instanceof Uint32Array &&
    record.seqs instanceof Float64Array
  );
}
