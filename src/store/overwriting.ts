import { META_KEY, type StorageEntry } from '../storage/storage.js';
import { type BackupRecord, chunksOfBackup } from './backup.js';
import { checkChunks, chunkBytes, chunkKey, indexKeys, writtenSeqs } from './base.js';
import { copyKey, encodeCopy, isIntactCopy } from './copy.js';
import { isSameMeta, type Meta } from './meta.js';
import { OVERTAKEN } from './overtaken.js';
import type { WatchedStorage } from './watched-storage.js';

/** Chunks of the base that are about to change. */
export interface Overwriting {
  /** Those whose bytes are needed, because only some of them change. */
  readonly changed: readonly number[];
  /** Those of which nothing stays. */
  readonly lost: readonly number[];
  /** The backup that gets a copy of what it still needs; undefined where there is none. */
  readonly keeper: BackupRecord | undefined;
}

/** What was there before. */
export interface Overwritten {
  /** The bytes of the changed chunks; undefined where there was no chunk. */
  readonly bytesByChunk: ReadonlyMap<number, Uint8Array | undefined>;
  readonly index: readonly unknown[];
  /** The copies to put, in the same transaction that overwrites the chunks. */
  readonly copies: readonly StorageEntry[];
}

/**
 * Reads what a change of the base overwrites. Its transaction has to be refused if the meta record is not `meta` any more.
 *
 * @throws {CorruptionError} when any of it is damaged: neither a changed chunk nor a copy may get a fresh checksum then.
 */
export async function readOverwritten(
  storage: WatchedStorage,
  doing: string,
  meta: Meta,
  { changed, lost, keeper }: Overwriting,
): Promise<Overwritten | typeof OVERTAKEN> {
  const index = await storage.read(
    doing,
    indexKeys([...changed, ...lost]).map((get) => ({ get })),
  );
  const seqOf = writtenSeqs(index);
  // A chunk written after the backup's own commit is no part of it: what was there was copied when it was overwritten.
  const kept = keeper ? [...changed, ...lost].filter((chunk) => chunk < chunksOfBackup(keeper) && seqOf(chunk) <= keeper.seq) : [];
  const chunks = [...new Set([...changed, ...kept])];
  const copyKeys = keeper ? kept.map((chunk) => copyKey(keeper.id, chunk)) : [];
  const [stored, ...records] = await storage.read(
    doing,
    [META_KEY, ...chunks.map(chunkKey), ...copyKeys].map((get) => ({ get })),
  );
  if (!isSameMeta(storage.recognise(stored), meta)) return OVERTAKEN;
  const bytesByChunk = new Map(chunks.map((chunk, at) => [chunk, chunkBytes(records[at])] as const));
  checkChunks(meta, bytesByChunk, index);
  const copies = kept.flatMap((chunk, at) => {
    const bytes = bytesByChunk.get(chunk);
    // Where the base has no chunk, it was copied when it was deleted. And the first copy is the right one, whatever a damaged
    // index says.
    if (!keeper || !bytes || isIntactCopy(records[chunks.length + at])) return [];
    return [encodeCopy(keeper.id, { chunk, seq: seqOf(chunk), bytes })];
  });
  return { bytesByChunk, index, copies };
}
