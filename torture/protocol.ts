import type { Durability } from '../src/index.js';

/** How a page writes: one row after the other, many at once, large ones, asynchronous transactions, or all of these. */
export type Load = 'single' | 'burst' | 'large' | 'transactions' | 'mixed';

/** What else happens once while a page writes; an import and a restore bring an earlier state back. */
export type Event = 'none' | 'vacuum' | 'import' | 'restore';

/** What the harness asks of a page; it is in the page's address. */
export interface Plan {
  /** Counts the starts of a browser; the ids of writes begin with it. */
  readonly session: number;
  readonly tab: number;
  /** How many tabs there are; the first one opens the others. */
  readonly tabs: number;
  readonly seed: number;
  /** How many files the chain has. */
  readonly versions: number;
  readonly upgrade: 'at-open' | 'manual';
  /** Whether the page only looks, or writes too. */
  readonly load: Load | 'none';
  readonly durability: Durability | 'mixed';
  readonly event: Event;
  /** Milliseconds after which no more writes are begun and those on their way are waited for; until it is killed where undefined. */
  readonly calmAfter?: number | undefined;
}

export type FaultKind = 'integrity' | 'torn' | 'schema' | 'status' | 'uncaught';

export interface Fault {
  readonly kind: FaultKind;
  readonly what: string;
}

/** What a page finds in the database, in one look. */
export interface Found {
  readonly version: number;
  /** The number of the last write: the database holds the writes 1 to n. */
  readonly n: number;
  /** Number and id of each write whose rows have not been deleted since. */
  readonly ids: readonly (readonly [n: number, id: number])[];
  readonly faults: readonly Fault[];
  /** Up to which commit a mirror brought the database back; undefined where nothing was lost. */
  readonly restoredSeq: number | undefined;
  /** Commits that are folded into the base. */
  readonly checkpointSeq: number;
}

/** What a page tells the harness, as it happens. */
export type Report =
  | { readonly is: 'opening' }
  | ({ readonly is: 'found' } & Found)
  | { readonly is: 'refused'; readonly name: string; readonly message: string }
  | { readonly is: 'writing' }
  /** A write was acknowledged; `seq` is no earlier than its commit's. */
  | { readonly is: 'kept'; readonly id: number; readonly n: number; readonly seq: number; readonly isStrict: boolean }
  | { readonly is: 'rejected'; readonly id: number; readonly name: string; readonly isMeant: boolean }
  /** From now on the database may be back at write `to`; nothing else is on its way. */
  | { readonly is: 'rewinding'; readonly to: number }
  | { readonly is: 'rewound' }
  | { readonly is: 'vacuumed' }
  | { readonly is: 'settled'; readonly unsettled: number }
  | ({ readonly is: 'fault' } & Fault);
