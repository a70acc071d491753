import type { NumberedPage } from '../engine/paged-file.js';
import { chunkCount } from '../page/chunk.js';
import { readHeader } from '../page/header.js';
import { chunksOf } from './base.js';
import type { Commit } from './commit.js';
import type { Meta } from './meta.js';

/** Commits that stay in the log, so that a tab which slept for a moment reads its tail, and not everything. */
const KEPT_COMMITS = 64;
/** Fewer stay when those alone are larger than this: each megabyte of log costs some 10 ms at the next open. */
const KEPT_BYTES = 4 * 1024 * 1024;
/** The log is folded when what may be folded is larger than this, ... */
const DUE_BYTES = 1024 * 1024;
/** ... or has more commits than this. */
const DUE_COMMITS = 256;
/** One step folds about this much. */
const STEP_BYTES = 1024 * 1024;

/**
 * The commit up to which the next step of the checkpoint folds; undefined when none is due.
 *
 * `sizes` are the log's commits, oldest first.
 */
export function planFold(sizes: readonly { readonly seq: number; readonly bytes: number }[], checkpointSeq: number): number | undefined {
  const log = sizes.filter(({ seq }) => seq > checkpointSeq);
  let kept = 0;
  let keptBytes = 0;
  while (kept < Math.min(KEPT_COMMITS, log.length)) {
    const next = log[log.length - 1 - kept]?.bytes ?? 0;
    if (keptBytes + next > KEPT_BYTES) break;
    keptBytes += next;
    kept++;
  }
  const foldable = log.slice(0, log.length - kept);
  const bytes = foldable.reduce((sum, commit) => sum + commit.bytes, 0);
  if (foldable.length === 0 || (bytes <= DUE_BYTES && foldable.length <= DUE_COMMITS)) return undefined;
  let step = 0;
  let target: number | undefined;
  for (const commit of foldable) {
    if (target !== undefined && step + commit.bytes > STEP_BYTES) break;
    step += commit.bytes;
    target = commit.seq;
  }
  return target;
}

/** What a fold changes, as its commits say it: nothing of the base has been read yet. */
export interface FoldPlan {
  /** What each written page holds after the last commit. */
  readonly newest: readonly NumberedPage[];
  readonly pageCount: number;
  /** The chunks that are written anew. */
  readonly written: readonly number[];
  /** The chunks that are deleted, because the file has become shorter. */
  readonly deleted: readonly number[];
}

export function planBase(meta: Meta, commits: readonly Commit[]): FoldPlan {
  const { pageSize } = meta;
  const newest = new Map(commits.flatMap(({ pages }) => pages));
  const firstPage = newest.get(0);
  const pageCount = (firstPage && readHeader(firstPage)?.pageCount) ?? meta.pageCount;
  const [oldCount, newCount] = [chunkCount(meta.pageCount * pageSize), chunkCount(pageCount * pageSize)];
  const touched = chunksOf(newest.keys(), pageSize);
  // SQLite may lengthen the file without writing each page: the chunks from the old end on exist all the same.
  if (pageCount > meta.pageCount) for (let chunk = Math.max(0, oldCount - 1); chunk < newCount; chunk++) touched.add(chunk);
  const written = [...touched].filter((chunk) => chunk < newCount);
  const deleted = Array.from({ length: Math.max(0, oldCount - newCount) }, (_, at) => newCount + at);
  return { newest: [...newest], pageCount, written, deleted };
}
