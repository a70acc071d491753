/** `relaxed` survives a crash of the tab and of the browser, `strict` also a power cut. */
export type Durability = 'relaxed' | 'strict';

/** Keys are arrays, in IndexedDB's order: element by element, a shorter array before its continuations. */
export type StorageKey = readonly (string | number)[];

/** All keys from one to the other, both included. */
export interface StorageRange {
  readonly from: StorageKey;
  readonly to: StorageKey;
}

/** The record that says what store this is; see `store/meta.ts`. */
export const META_KEY: StorageKey = ['meta'];

/**
 * One value by key, or the values of a range in key order, or the values under a prefix followed by 0, 1, 2, ...: `series`
 * is read in windows, and ends before the first window that is empty.
 */
export type ReadRequest = { readonly get: StorageKey } | { readonly range: StorageRange } | { readonly series: StorageKey };

/** All keys under a prefix. */
export function wholeSeries(prefix: StorageKey): StorageRange {
  return { from: prefix, to: [...prefix, Number.POSITIVE_INFINITY] };
}

export interface StorageEntry {
  readonly key: StorageKey;
  readonly value: unknown;
}

/** What one write changes, in this order. All of it is kept, or nothing. */
export interface WriteBatch {
  readonly durability: Durability;
  /** Sees the meta record within the transaction, before anything else is sent: false refuses the batch. */
  readonly guard?: (meta: unknown) => boolean;
  readonly deletes?: readonly StorageRange[];
  readonly puts?: readonly StorageEntry[];
  /** Each refuses the batch if its key exists. The last one is the compare-and-swap. */
  readonly adds?: readonly StorageEntry[];
}

/** `isCommitted: false` means that a guard or an existing key refused the batch, and nothing of it was kept. */
export interface WriteOutcome {
  readonly isCommitted: boolean;
  /** The meta record as the transaction saw it before the batch; undefined where there was none. */
  readonly meta: unknown;
}

/** Why a storage closed by itself: its data was deleted from elsewhere, or only the connection was lost. */
export type StorageLoss = 'deleted' | 'disconnected';

/**
 * Where a database is kept: keys and structured-cloneable values, with transactions.
 *
 * `alive` is called at each sign of life, for the watchdog. Requests reject with a `StorageError`; whoever gets one may
 * `disconnect` and read again. Only `read` opens a connection: a write never lands where nobody has looked.
 */
export interface Storage {
  /** Tells databases apart, and names the channel of the hints. */
  readonly name: string;
  readonly kind: 'indexeddb' | 'memory' | 'file';
  /** False while no connection is open, so that a read would open one; a storage that needs none leaves it out. */
  readonly isConnected?: boolean;
  /** The answers in the order of the requests, all from one consistent state. */
  read(requests: readonly ReadRequest[], alive?: () => void): Promise<unknown[]>;
  /** Resolves once the batch is kept as its durability promises. */
  write(batch: WriteBatch, alive?: () => void): Promise<WriteOutcome>;
  /** Drops the connection; the next read opens another. */
  disconnect(): void;
  /** Sets who is told when the storage closes by itself. */
  onLoss(listener: (loss: StorageLoss) => void): void;
  /** Drops the connection for good. */
  close(): Promise<void>;
  /** Deletes everything that is kept under this name. */
  destroy(): Promise<void>;
}
