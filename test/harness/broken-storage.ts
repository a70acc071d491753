import type { WriteBatch, WriteOutcome } from '../../src/storage/storage.js';
import { type KeptBatch, RecordedStorage } from './recorded-storage.js';

/** What no IndexedDB does: it keeps a batch, other than the one that begins the store, in several transactions. */
abstract class SplittingStorage extends RecordedStorage {
  override keep(batch: KeptBatch): void {
    for (const part of this.kept.length === 0 ? [batch] : this.partsOf(batch)) super.keep(part);
  }

  protected abstract partsOf(batch: KeptBatch): KeptBatch[];
}

/** It keeps every key by itself. */
export class TornStorage extends SplittingStorage {
  protected partsOf({ durability, deletes, puts, adds }: KeptBatch): KeptBatch[] {
    const nothing = { durability, deletes: [], puts: [], adds: [] };
    return [
      ...deletes.map((range) => ({ ...nothing, deletes: [range] })),
      ...puts.map((entry) => ({ ...nothing, puts: [entry] })),
      ...adds.map((entry) => ({ ...nothing, adds: [entry] })),
    ];
  }
}

/** It keeps one half of the keys, and then the other. */
export class TwoTransactionStorage extends TornStorage {
  protected override partsOf(batch: KeptBatch): KeptBatch[] {
    const keys = super.partsOf(batch);
    const half = Math.ceil(keys.length / 2);
    return [keys.slice(0, half), keys.slice(half)].map((parts) => ({
      durability: batch.durability,
      deletes: parts.flatMap(({ deletes }) => deletes),
      puts: parts.flatMap(({ puts }) => puts),
      adds: parts.flatMap(({ adds }) => adds),
    }));
  }
}

/** It keeps a batch whatever its guard says. */
export class UnguardedStorage extends RecordedStorage {
  override write({ guard: _, ...batch }: WriteBatch): Promise<WriteOutcome> {
    return super.write(batch);
  }
}

/** It puts where it was told to add. */
export class OverwritingStorage extends RecordedStorage {
  override write({ adds = [], puts = [], ...batch }: WriteBatch): Promise<WriteOutcome> {
    return super.write({ ...batch, puts: [...puts, ...adds] });
  }
}

/** It flushes nothing but the batch that begins the store. */
export class LaxStorage extends RecordedStorage {
  override keep(batch: KeptBatch): void {
    super.keep(this.kept.length === 0 ? batch : { ...batch, durability: 'relaxed' });
  }
}
