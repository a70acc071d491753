import {
  META_KEY,
  type ReadRequest,
  type StorageEntry,
  type StorageKey,
  type StorageRange,
  type WriteBatch,
  type WriteOutcome,
  wholeSeries,
} from './storage.js';

/** Keys and values in memory, with the transactions of the contract: what the memory and the file storage share. */
export class KeyValueImage {
  readonly #entryByKey = new Map<string, StorageEntry>();

  read(requests: readonly ReadRequest[]): unknown[] {
    return requests.map((request) => {
      if ('get' in request) return this.#value(request.get);
      if ('range' in request) return this.#range(request.range);
      return this.#range(wholeSeries(request.series));
    });
  }

  /** What `apply` would answer. */
  judge(batch: WriteBatch): WriteOutcome {
    const meta = this.#value(META_KEY);
    const isFree = !batch.adds?.some(({ key }) => this.#entryByKey.has(text(key)));
    return { isCommitted: isFree && (batch.guard?.(meta) ?? true), meta };
  }

  /** Changes the image; the values must not be changed by anybody afterwards. */
  apply(batch: Pick<WriteBatch, 'deletes' | 'puts' | 'adds'>): void {
    for (const range of batch.deletes ?? []) for (const { key } of this.#entries(range)) this.#entryByKey.delete(text(key));
    for (const entry of [...(batch.puts ?? []), ...(batch.adds ?? [])]) this.#entryByKey.set(text(entry.key), entry);
  }

  get entries(): StorageEntry[] {
    return [...this.#entryByKey.values()];
  }

  clear(): void {
    this.#entryByKey.clear();
  }

  #value(key: StorageKey): unknown {
    return structuredClone(this.#entryByKey.get(text(key))?.value);
  }

  #range(range: StorageRange): unknown[] {
    return this.#entries(range).map(({ value }) => structuredClone(value));
  }

  #entries({ from, to }: StorageRange): StorageEntry[] {
    const within = this.entries.filter(({ key }) => compareKeys(from, key) <= 0 && compareKeys(key, to) <= 0);
    return within.sort((a, b) => compareKeys(a.key, b.key));
  }
}

/** IndexedDB's order for arrays of numbers and strings (https://www.w3.org/TR/IndexedDB/#compare-two-keys). */
export function compareKeys(a: StorageKey, b: StorageKey): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const left = a[at] as string | number;
    const right = b[at] as string | number;
    if (typeof left !== typeof right) return typeof left === 'number' ? -1 : 1;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

function text(key: StorageKey): string {
  return JSON.stringify(key);
}
