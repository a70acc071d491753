import { CorruptionError } from '../errors/storage-error.js';
import { META_KEY } from '../storage/storage.js';
import { foldLimit, keeperOf } from './backup.js';
import { chunksPast, encodeChunks, overlay } from './base.js';
import { decodeLog, logUpTo, validRecords } from './commit.js';
import { planBase } from './fold.js';
import { metaEntry } from './meta.js';
import { OVERTAKEN, untilNotOvertaken } from './overtaken.js';
import { readOverwritten } from './overwriting.js';
import type { WatchedStorage } from './watched-storage.js';

const DOING = 'folding the log';

/** Where the base stands after a step, and whether the step moved it there. */
export interface FoldStep {
  readonly checkpointSeq: number;
  readonly hasFolded: boolean;
}

/**
 * Moves the log's commits up to `target` into the base, in one transaction. It stops at the state of a backup; from there on
 * it keeps a copy of each chunk that it overwrites.
 *
 * @throws {CorruptionError} when what it would fold or overwrite is damaged; nothing is overwritten then.
 */
export function foldStep(storage: WatchedStorage, target: number): Promise<FoldStep> {
  return untilNotOvertaken(async () => {
    const [stored, log] = await storage.read(DOING, [{ get: META_KEY }, { range: logUpTo(target) }]);
    const meta = storage.recognise(stored);
    const { checkpointSeq, backups, pageSize } = meta;
    if (checkpointSeq >= target) return { checkpointSeq, hasFolded: false };
    const end = Math.min(target, foldLimit(backups, checkpointSeq));
    const commits = decodeLog(validRecords(log as unknown[], checkpointSeq, end), checkpointSeq);
    if (checkpointSeq + commits.length !== end) throw new CorruptionError([`log ${end}`], `Commit ${end} of the log is missing`);
    const { newest, pageCount, written, deleted } = planBase(meta, commits);
    const before = await readOverwritten(storage, DOING, meta, {
      changed: written,
      lost: deleted,
      keeper: keeperOf(backups, checkpointSeq),
    });
    if (before === OVERTAKEN) return OVERTAKEN;
    const { bytesByChunk, index, copies } = before;
    const bytesBefore = new Map(written.map((chunk) => [chunk, bytesByChunk.get(chunk)]));
    const after = overlay(bytesBefore, newest, { pageSize, bytes: pageCount * pageSize });
    const outcome = await storage.writeOnto(meta, DOING, {
      durability: 'relaxed',
      deletes: [chunksPast(pageCount * pageSize), logUpTo(end)],
      puts: [...copies, ...encodeChunks(after, index, end), metaEntry({ ...meta, checkpointSeq: end, pageCount })],
    });
    return outcome === 'committed' ? { checkpointSeq: end, hasFolded: true } : OVERTAKEN;
  });
}

/** Folds until the base stands at `seq`, whether that is due or not. */
export async function foldTo(storage: WatchedStorage, seq: number): Promise<void> {
  for (;;) {
    const { checkpointSeq } = await foldStep(storage, seq);
    if (checkpointSeq >= seq) return;
  }
}
