import type { Engine } from '../engine/engine.js';
import { CorruptionError, DataLossError, StorageError, StorageFormatError } from '../errors/storage-error.js';
import type { StoredImage } from '../store/commit-log.js';
import { type MirrorImage, mirrorImage } from '../store/mirror-image.js';
import type { StatusBoard } from '../store/status.js';
import { isSameLine } from '../store/witness.js';
import type { FirstLook } from './first-look.js';

export interface LossParts {
  readonly engine: Engine;
  readonly options: { readonly name: string; readonly onDataLoss?: 'error' | 'restart' };
  readonly status: StatusBoard;
}

/**
 * What to open: what is stored; where that has vanished, what the mirror holds; where nothing ever was, a new database. What was
 * lost is in the status.
 *
 * @throws {DataLossError} when a database was here, is not any more, and the app did not say to begin anew.
 */
export async function withoutLoss(found: FirstLook, parts: LossParts): Promise<StoredImage> {
  const { stored } = found;
  if (!stored) return broughtBack(found, parts);
  const { testimony, witness, log } = found;
  const { options, status } = parts;
  const latest = testimony && (await witness.recall());
  if (latest && !isSameLine(latest.storeId, log.storeId)) report(new DataLossError(options.name, latest), parts);
  // Only the tail is gone, as relaxed durability allows: everything that is there is whole.
  if (testimony?.storeId === log.storeId && testimony.seq > stored.seq)
    status.set({ dataLoss: new DataLossError(options.name, { ...testimony, foundSeq: stored.seq }) });
  return stored;
}

async function broughtBack({ log, place, witness, testimony, environment }: FirstLook, parts: LossParts): Promise<StoredImage> {
  const { engine, options, status } = parts;
  let mirror: MirrorImage | undefined;
  let cause: unknown;
  try {
    mirror = place && (await mirrorImage(place.storage, environment.clock));
  } catch (thrown) {
    if (!(thrown instanceof CorruptionError || thrown instanceof StorageError || thrown instanceof StorageFormatError)) throw thrown;
    cause = thrown;
  }
  if (mirror && (!testimony || isSameLine(testimony.storeId, mirror.storeId))) {
    const { file, seq, storeId } = mirror;
    const image = await log.create(file, { seq, lostId: storeId });
    status.set({ restored: { from: 'mirror', seq, knownSeq: Math.max(seq, testimony?.seq ?? 0) } });
    witness.note({ storeId: log.storeId, seq: image.seq });
    await witness.flush();
    return image;
  }
  // A damaged mirror is a witness, too.
  const known = testimony ?? (cause instanceof CorruptionError ? { seq: 0 } : undefined);
  if (known) report(new DataLossError(options.name, known, { cause }), parts);
  return log.create(engine.emptyImage);
}

function report(loss: DataLossError, { options, status }: LossParts): void {
  if (options.onDataLoss !== 'restart') throw loss;
  status.set({ dataLoss: loss });
}
