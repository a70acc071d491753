import { CorruptionError } from '../errors/storage-error.js';
import { chunkCount } from '../page/chunk.js';
import { chunkKey, encodeChunks, overlay } from './base.js';
import type { Commit } from './commit.js';
import type { FoldPlan } from './fold.js';
import { isSameMeta, type Meta, metaEntry, parseMeta } from './meta.js';
import type { WatchedStorage } from './watched-storage.js';

/** Undefined where there is no mirror yet, or one that says nothing intact of itself. */
export function readableMeta(stored: unknown): Meta | undefined {
  if (stored === undefined) return undefined;
  try {
    return parseMeta(stored);
  } catch (cause) {
    if (cause instanceof CorruptionError) return undefined;
    throw cause;
  }
}

export interface MirrorWrite {
  /** What the mirror was when it was looked at. */
  readonly before: Meta | undefined;
  /** What the commits come on top of. */
  readonly onto: Meta;
  readonly plan: FoldPlan;
  /** The bytes of the chunks that are put, before the commits. */
  readonly bytesByChunk: ReadonlyMap<number, Uint8Array | undefined>;
  /** The mirror's own. */
  readonly index: readonly unknown[];
  readonly taken: readonly Commit[];
}

/** @returns whether it is kept; if not, another tab has brought the mirror forward meanwhile. */
export async function writeMirror(
  mirror: WatchedStorage,
  { before, onto, plan, bytesByChunk, index, taken }: MirrorWrite,
): Promise<boolean> {
  const { storeId, pageSize } = onto;
  const { newest, pageCount } = plan;
  const bytes = pageCount * pageSize;
  const all = new Map([...bytesByChunk, ...plan.written.map((chunk) => [chunk, bytesByChunk.get(chunk)] as const)]);
  const seq = onto.checkpointSeq + taken.length;
  const headId = taken.at(-1)?.id;
  const meta = { storeId, pageSize, checkpointSeq: seq, pageCount, backups: [], ...(headId !== undefined && { headId }) };
  const { isCommitted } = await mirror.write('writing the mirror', {
    durability: 'relaxed',
    guard: (stored) => {
      const current = readableMeta(stored);
      return current && before ? isSameMeta(current, before) : current === before;
    },
    deletes: [{ from: chunkKey(chunkCount(bytes)), to: chunkKey(Number.POSITIVE_INFINITY) }],
    puts: [...encodeChunks(overlay(all, newest, { pageSize, bytes }), index, seq), metaEntry(meta)],
  });
  return isCommitted;
}
