import { KeyValueImage } from '../../src/storage/key-value-image.js';
import type { Durability, ReadRequest, Storage, StorageEntry, WriteBatch, WriteOutcome } from '../../src/storage/storage.js';

/** A batch as it was kept: what a crash leaves is made of these. */
export type KeptBatch = Required<Omit<WriteBatch, 'guard'>>;

/** A storage in memory, of IndexedDB's kind, that remembers each batch that it kept, in order. */
export class RecordedStorage implements Storage {
  readonly name: string;
  readonly kind = 'indexeddb';
  readonly kept: KeptBatch[] = [];
  readonly #image = new KeyValueImage();

  /** It may begin with what another one held: values are never changed once they are in it. */
  constructor(name: string, begin: readonly StorageEntry[] = []) {
    this.name = name;
    this.#image.apply({ puts: begin });
  }

  get entries(): StorageEntry[] {
    return this.#image.entries;
  }

  async read(requests: readonly ReadRequest[]): Promise<unknown[]> {
    return this.#image.read(requests);
  }

  async write(batch: WriteBatch): Promise<WriteOutcome> {
    const outcome = this.#image.judge(batch);
    if (outcome.isCommitted) {
      const { durability, deletes = [], puts = [], adds = [] } = batch;
      this.keep({ durability, ...structuredClone({ deletes, puts, adds }) });
    }
    return outcome;
  }

  /** Keeps a batch, whatever is there. */
  keep(batch: KeptBatch): void {
    this.#image.apply(batch);
    this.kept.push(batch);
  }

  disconnect(): void {}

  onLoss(): void {}

  async close(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#image.clear();
  }
}

/** How many batches a power cut cannot take, of the first `count`: all up to the last strict one. */
export function flushedOf(kept: readonly KeptBatch[], count: number): number {
  return kept.slice(0, count).findLastIndex(({ durability }: { durability: Durability }) => durability === 'strict') + 1;
}
