import { CorruptionError, StorageFormatError } from '../errors/storage-error.js';
import { chunkCount } from '../page/chunk.js';
import { META_KEY, type StorageKey, type StorageRange } from '../storage/storage.js';
import { checkChunks, chunkBytes, chunkKey, damagedIndex, INDEX_SERIES, indexKeys, recordedSums } from './base.js';
import { type Commit, decodeLog, isRecordOf, validRecords } from './commit.js';
import { planBase } from './fold.js';
import { isSameLine } from './id.js';
import { isSameMeta, type Meta, readableMeta } from './meta.js';
import { writeMirror } from './mirror-write.js';
import { OVERTAKEN, untilNotOvertaken } from './overtaken.js';
import type { WatchedStorage } from './watched-storage.js';

const DOING = 'following the log with the mirror';
/** One step writes about this much of pages, so that it does not block the page for long, ... */
const STEP_BYTES = 1024 * 1024;
/** ... and reads at most so many commits. */
const STEP_COMMITS = 256;

/** A store, and the storage of its mirror. */
export interface MirrorPair {
  readonly primary: WatchedStorage;
  readonly mirror: WatchedStorage;
}

/** Where the mirror stands after a step, and the newest commit that was seen of the store. */
export interface MirrorStep {
  readonly seq: number;
  readonly seenSeq: number;
}

/**
 * Brings a mirror forward, in one transaction. A mirror is a base alone: it stands at the commit that it has reached. It takes
 * over the commits after that one, or, where it cannot be told that they follow on it, the chunks in which it differs.
 *
 * `mayReplace` says whether the mirror of another store may be overwritten.
 *
 * @throws {CorruptionError} when what it would take over is damaged; the mirror stays as it was.
 * @throws {StorageFormatError} when the mirror is of a format that this Tablite does not know, or of another store; it is left
 * untouched.
 */
export function stepMirror(pair: MirrorPair, mayReplace: boolean): Promise<MirrorStep> {
  return untilNotOvertaken(async () => {
    const [found] = await pair.mirror.read(DOING, [{ get: META_KEY }]);
    const before = readableMeta(found);
    const [stored, log] = await pair.primary.read(DOING, [{ get: META_KEY }, { range: window(before?.checkpointSeq ?? 0) }]);
    const meta = pair.primary.recognise(stored);
    if (before && !mayReplace && !isSameLine(before.storeId, meta.storeId))
      throw new StorageFormatError(
        "The mirror's place holds the mirror of another database of this name. It was left untouched: salvage(name, { from: 'mirror' }) gives its file; open with onDataLoss: 'restart' to give it up.",
      );
    const records = validRecords(log as unknown[], meta.checkpointSeq);
    if (!before || !followsOn(before, meta, records)) return copyDifference(pair, meta, { before, isIntact: before !== undefined });
    const commits = decodeLog(validRecords(records, before.checkpointSeq), before.checkpointSeq);
    return commits.length === 0 ? standing(before, commits) : followLog(pair, meta, before, commits);
  });
}

/** Whether the commit that the mirror stands at is in the log still, and the very one: a power cut may have taken it back. */
function followsOn(mirror: Meta, { storeId, pageSize }: Meta, records: readonly unknown[]): boolean {
  if (mirror.storeId !== storeId || mirror.pageSize !== pageSize || mirror.headId === undefined) return false;
  const head = { id: mirror.headId };
  return records.some((record) => isRecordOf(head, record));
}

async function followLog(pair: MirrorPair, meta: Meta, before: Meta, commits: readonly Commit[]): Promise<MirrorStep | typeof OVERTAKEN> {
  const taken = firstStep(commits);
  const plan = planBase(before, taken);
  const keys = [...indexKeys(plan.written), ...plan.written.map(chunkKey)];
  const [found, ...records] = await pair.mirror.read(DOING, gets([META_KEY, ...keys]));
  const current = readableMeta(found);
  if (!current || !isSameMeta(current, before)) return OVERTAKEN;
  const index = records.slice(0, keys.length - plan.written.length);
  const bytesByChunk = new Map(plan.written.map((chunk, at) => [chunk, chunkBytes(records[index.length + at])] as const));
  try {
    checkChunks(before, bytesByChunk, index);
  } catch (cause) {
    // The mirror itself is damaged: nothing of it is gone by.
    if (cause instanceof CorruptionError) return copyDifference(pair, meta, { before, isIntact: false });
    throw cause;
  }
  const isWritten = await writeMirror(pair.mirror, { before, onto: before, plan, bytesByChunk, index, taken });
  return isWritten ? standing(before, taken, commits) : OVERTAKEN;
}

interface Found {
  /** What the mirror's storage says of it. */
  readonly before: Meta | undefined;
  /** Whether its index can be gone by; everything differs, if not. */
  readonly isIntact: boolean;
}

async function copyDifference(
  { primary, mirror }: MirrorPair,
  meta: Meta,
  { before, isIntact }: Found,
): Promise<MirrorStep | typeof OVERTAKEN> {
  const [stored, index, log] = await primary.read(DOING, [
    { get: META_KEY },
    { series: INDEX_SERIES },
    { range: window(meta.checkpointSeq) },
  ]);
  if (!isSameMeta(primary.recognise(stored), meta)) return OVERTAKEN;
  const damaged = damagedIndex(index as unknown[]);
  if (damaged.length > 0) throw new CorruptionError(damaged, 'The index of the base is damaged');
  const commits = decodeLog(validRecords(log as unknown[], meta.checkpointSeq), meta.checkpointSeq);
  const taken = firstStep(commits);
  const plan = planBase(meta, taken);
  const mirrorIndex = isIntact ? ((await mirror.read(DOING, [{ series: INDEX_SERIES }]))[0] as unknown[]) : [];
  const [sumOf, mirrorSumOf] = [recordedSums(index as unknown[]), recordedSums(mirrorIndex)];
  const mirrored = before && isIntact ? chunkCount(before.pageCount * before.pageSize) : 0;
  const isWritten = new Set(plan.written);
  const needed: number[] = [];
  for (let chunk = 0; chunk < chunkCount(meta.pageCount * meta.pageSize); chunk++)
    if (chunk >= mirrored || sumOf(chunk) !== mirrorSumOf(chunk) || isWritten.has(chunk)) needed.push(chunk);
  if (before && isSamePlace(before, meta) && needed.length === 0 && taken.length === 0) return standing(before, taken);
  const [again, ...chunks] = await primary.read(DOING, gets([META_KEY, ...needed.map(chunkKey)]));
  if (!isSameMeta(primary.recognise(again), meta)) return OVERTAKEN;
  const bytesByChunk = new Map(needed.map((chunk, at) => [chunk, chunkBytes(chunks[at])] as const));
  checkChunks(meta, bytesByChunk, index as unknown[]);
  const done = await writeMirror(mirror, { before, onto: meta, plan, bytesByChunk, index: mirrorIndex, taken });
  return done ? standing(meta, taken, commits) : OVERTAKEN;
}

function isSamePlace(mirror: Meta, { storeId, checkpointSeq, pageSize, pageCount }: Meta): boolean {
  const isSameFile = mirror.pageSize === pageSize && mirror.pageCount === pageCount;
  return mirror.storeId === storeId && mirror.checkpointSeq === checkpointSeq && isSameFile;
}

/** The log records of the commit `seq` and some that follow it. */
function window(seq: number): StorageRange {
  return { from: ['log', seq], to: ['log', seq + STEP_COMMITS, Number.POSITIVE_INFINITY] };
}

/** As many of the commits as one step takes over, and at least one; pages that are written again and again count once. */
function firstStep(commits: readonly Commit[]): readonly Commit[] {
  const written = new Set<number>();
  const end = commits.findIndex(({ pages, pageSize }, at) => {
    for (const [page] of pages) written.add(page);
    return at > 0 && written.size * pageSize > STEP_BYTES;
  });
  return end < 0 ? commits : commits.slice(0, end);
}

function standing({ checkpointSeq }: Meta, taken: readonly Commit[], all: readonly Commit[] = taken): MirrorStep {
  return { seq: checkpointSeq + taken.length, seenSeq: checkpointSeq + all.length };
}

function gets(keys: readonly StorageKey[]): { get: StorageKey }[] {
  return keys.map((get) => ({ get }));
}
