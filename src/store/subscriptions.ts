/** What one durable commit changed. */
export interface Change {
  readonly seq: number;
  /** The tables written, in lower case; `'all'` when the database was replaced or loaded anew. */
  readonly tables: readonly string[] | 'all';
  /** Whether this database object wrote it, or another tab. */
  readonly origin: 'own' | 'other';
}

export type ChangeCallback = (change: Change) => void;

interface Subscription {
  readonly tables: ReadonlySet<string> | 'all';
  readonly callback: ChangeCallback;
}

/** Who wants to know of which tables. */
export class Subscriptions {
  readonly #subscriptions = new Set<Subscription>();

  /** @returns what ends the subscription. */
  add(tables: readonly string[] | 'all', callback: ChangeCallback): () => void {
    const subscription = { tables: tables === 'all' ? tables : new Set(tables.map((table) => table.toLowerCase())), callback };
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
    };
  }

  /** Calls each subscription that the change touches, once. */
  notify(change: Change): void {
    for (const { tables, callback } of [...this.#subscriptions]) {
      const isTouched = tables === 'all' || change.tables === 'all' || change.tables.some((table) => tables.has(table));
      if (isTouched) callSafely(() => callback(change));
    }
  }
}

/** Runs a callback of the app; what it throws is reported as uncaught and stops nothing here. */
export function callSafely(callback: () => void): void {
  try {
    callback();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
