import type { Engine } from '../engine/engine.js';
import { CorruptionError, DataLossError, StorageError, StorageFormatError } from '../errors/storage-error.js';
import type { StoredImage } from '../store/commit-log.js';
import { isSameLine } from '../store/id.js';
import { type MirrorImage, mirrorImage } from '../store/mirror-image.js';
import type { StatusBoard } from '../store/status.js';
import type { FirstLook } from './first-look.js';

export interface LossParts {
  readonly engine: Engine;
  readonly options: { readonly name: string; readonly onDataLoss?: 'error' | 'restart' };
  readonly status: StatusBoard;
}

/** What to go on with. */
export interface Opened {
  readonly image: StoredImage;
  /** Whether the mirror of another store may be overwritten: that one was deleted, or given up. */
  readonly mayReplaceMirror: boolean;
}

/**
 * What to open: what is stored; where that has vanished, what the mirror holds; where nothing ever was, a new database. What was
 * lost is in the status.
 *
 * @throws {DataLossError} when a database was here, is not any more, and the app did not say to begin anew.
 */
export async function withoutLoss(found: FirstLook, parts: LossParts): Promise<Opened> {
  const { stored, testimony, witness, log } = found;
  if (!stored) return broughtBack(found, parts);
  const { options, status } = parts;
  // A deletion that was not finished has left the database as it was.
  const latest = testimony && !testimony.isDeleted ? await witness.recall() : undefined;
  const isOther = latest !== undefined && !latest.isDeleted && !isSameLine(latest.storeId, log.storeId);
  if (isOther) report(new DataLossError(options.name, latest), parts);
  // Only the tail is gone, as relaxed durability allows: everything that is there is whole.
  if (testimony?.storeId === log.storeId && testimony.seq > stored.seq)
    status.set({ dataLoss: new DataLossError(options.name, { ...testimony, foundSeq: stored.seq }) });
  return { image: stored, mayReplaceMirror: options.onDataLoss === 'restart' || testimony?.isDeleted === true };
}

async function broughtBack(found: FirstLook, parts: LossParts): Promise<Opened> {
  const { log, witness, testimony } = found;
  const { engine, options, status } = parts;
  const { mirror, failure } = await lookAtMirror(found);
  // Again: another tab may be deleting the database, or have deleted it.
  const latest = testimony && (await witness.recall());
  const isDeleted = testimony !== undefined && (!latest || latest.isDeleted);
  if (mirror && !isDeleted && (!latest || isSameLine(latest.storeId, mirror.storeId))) {
    const { file, seq, storeId } = mirror;
    const image = await log.create(file, { seq, lostId: storeId });
    // Another tab has begun another database meanwhile.
    if (!isSameLine(log.storeId, storeId)) return withoutLoss({ ...found, stored: image }, parts);
    status.set({ restored: { from: 'mirror', seq, knownSeq: Math.max(seq, latest?.seq ?? 0) } });
    witness.note({ storeId: log.storeId, seq: image.seq });
    await witness.flush();
    return { image, mayReplaceMirror: false };
  }
  // A mirror that is damaged, or a newer Tablite's, is a witness, too.
  const isKnown = failure instanceof CorruptionError || failure instanceof StorageFormatError;
  const known = isDeleted ? undefined : (latest ?? (isKnown ? { seq: 0 } : undefined));
  if (known) report(new DataLossError(options.name, known, { cause: failure }), parts);
  return { image: await log.create(engine.emptyImage), mayReplaceMirror: known !== undefined || isDeleted };
}

/** The mirror, or why it cannot be had. What fails is asked once more. */
async function lookAtMirror({ place, environment }: FirstLook): Promise<{ mirror?: MirrorImage | undefined; failure?: Error }> {
  if (!place) return {};
  const look = () => mirrorImage(place.storage, environment.clock);
  try {
    return { mirror: await look().catch(look) };
  } catch (failure) {
    if (failure instanceof CorruptionError || failure instanceof StorageError) return { failure };
    throw failure;
  }
}

function report(loss: DataLossError, { options, status }: LossParts): void {
  if (options.onDataLoss !== 'restart') throw loss;
  status.set({ dataLoss: loss });
}
