import { chunksPast, encodeChunks, overlay } from './base.js';
import type { Commit } from './commit.js';
import type { FoldPlan } from './fold.js';
import { isSameMeta, type Meta, metaEntry, readableMeta } from './meta.js';
import type { WatchedStorage } from './watched-storage.js';

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
    deletes: [chunksPast(bytes)],
    puts: [...encodeChunks(overlay(all, newest, { pageSize, bytes }), index, seq), metaEntry(meta)],
  });
  return isCommitted;
}
