import { callSafely } from './subscriptions.js';

export type DatabaseState = 'opening' | 'migrating' | 'ready' | 'outdated' | 'failing' | 'closed';

/** The copy of a database in a place that fails apart from IndexedDB. */
export interface MirrorStatus {
  /** A storage bucket or the origin private file system; `none` where the browser has neither, `off` where it is not wanted. */
  readonly place: 'bucket' | 'opfs' | 'none' | 'off';
  /** The commit up to which it reaches; undefined until this tab has looked. */
  readonly seq: number | undefined;
  /** Commits that are not in it yet, as far as this tab knows; undefined until it has looked. */
  readonly behind: number | undefined;
  /** Why it could not be brought forward, while it cannot. It is tried again. */
  readonly error: Error | undefined;
}

/** Where a database was brought back from, after its data had vanished. */
export interface Restored {
  readonly from: 'mirror';
  /** The commit up to which everything is there again. */
  readonly seq: number;
  /** The newest commit that is known to have been there; what lies between the two is lost. */
  readonly knownSeq: number;
}

/** How a database is at the moment. */
export interface Status {
  readonly state: DatabaseState;
  /** Where commits are kept; `memory` ends with the page. */
  readonly persistence: 'indexeddb' | 'memory' | 'file';
  /** Whether the browser promised not to evict the origin's data; undefined until it answered, or where it cannot be asked. */
  readonly isPersistent: boolean | undefined;
  /** What went wrong, while `failing`; why, when `closed` from outside or `outdated`. */
  readonly error: Error | undefined;
  /** Set when the database was begun anew after its data had vanished (`onDataLoss: 'restart'`). */
  readonly dataLoss: Error | undefined;
  /** Set when the database's data had vanished and was brought back. */
  readonly restored: Restored | undefined;
  /** The newest commit that is stored and in this replica. */
  readonly seq: number;
  /** Writes made here that are not stored yet. */
  readonly unsaved: number;
  /** Milliseconds since 1970 at which a write made here was last stored; undefined before the first. */
  readonly savedAt: number | undefined;
  readonly mirror: MirrorStatus;
  /** Milliseconds since 1970 at which the state was entered. */
  readonly since: number;
}

/** The status of one database, and who watches it. */
export class StatusBoard {
  #status: Status;
  readonly #now: () => number;
  readonly #listeners = new Set<(status: Status) => void>();

  constructor(persistence: Status['persistence'], now: () => number) {
    this.#now = now;
    this.#status = {
      state: 'opening',
      persistence,
      isPersistent: undefined,
      error: undefined,
      dataLoss: undefined,
      restored: undefined,
      seq: 0,
      unsaved: 0,
      savedAt: undefined,
      mirror: { place: 'none', seq: undefined, behind: undefined, error: undefined },
      since: now(),
    };
  }

  get current(): Status {
    return this.#status;
  }

  /** Changes part of the status and tells whoever watches, if it differs. A closed database stays closed. */
  set(change: Partial<Omit<Status, 'since' | 'persistence'>>): void {
    const before = this.#status;
    if (before.state === 'closed') return;
    const next = { ...before, ...change };
    const keys = Object.keys(change) as (keyof typeof change)[];
    if (keys.every((key) => before[key] === next[key])) return;
    this.#status = { ...next, since: next.state === before.state ? before.since : this.#now() };
    for (const listener of [...this.#listeners]) callSafely(() => listener(this.#status));
  }

  /** @returns what ends the watching. */
  onChange(listener: (status: Status) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
