import { callSafely } from './subscriptions.js';

export type DatabaseState = 'opening' | 'migrating' | 'ready' | 'outdated' | 'failing' | 'closed';

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
    this.#status = { state: 'opening', persistence, isPersistent: undefined, error: undefined, dataLoss: undefined, since: now() };
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
