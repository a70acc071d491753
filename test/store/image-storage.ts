import { KeyValueImage } from '../../src/storage/key-value-image.js';
import type { ReadRequest, Storage, StorageEntry, WriteBatch, WriteOutcome } from '../../src/storage/storage.js';

let made = 0;

/** A storage in memory whose records a test can look at, take away, damage and put back. */
export class ImageStorage implements Storage {
  readonly name: string = `image-${++made}`;
  readonly kind: Storage['kind'];
  #image = new KeyValueImage();

  constructor(entries: readonly StorageEntry[] = [], kind: Storage['kind'] = 'memory') {
    this.kind = kind;
    this.entries = entries;
  }

  get entries(): readonly StorageEntry[] {
    return structuredClone(this.#image.entries);
  }

  set entries(entries: readonly StorageEntry[]) {
    this.#image = new KeyValueImage();
    this.#image.apply({ puts: structuredClone(entries) as StorageEntry[] });
  }

  async read(requests: readonly ReadRequest[]): Promise<unknown[]> {
    return this.#image.read(requests);
  }

  async write({ deletes = [], puts = [], adds = [], ...batch }: WriteBatch): Promise<WriteOutcome> {
    const outcome = this.#image.judge({ ...batch, adds });
    if (outcome.isCommitted) this.#image.apply(structuredClone({ deletes, puts, adds }));
    return outcome;
  }

  disconnect(): void {
    // Nothing is connected.
  }

  onLoss(): void {
    // It is lost only when a test says so.
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  async destroy(): Promise<void> {
    this.entries = [];
  }
}
