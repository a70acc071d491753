import type { Clock, Environment } from './environment.js';

/** How long a witness may lag behind: writing it with every commit would cost as much as the commit's SQL. */
const LAG_MS = 1000;

/** Which store was here, and up to which commit. */
export interface Testimony {
  readonly storeId: string;
  readonly seq: number;
}

/**
 * Knows, outside of IndexedDB, that a database was here, so that vanished data is never mistaken for a first run.
 */
export class Witness {
  readonly #storage: Environment['witnessStorage'];
  readonly #clock: Clock;
  readonly #key: string;
  #latest: Testimony | undefined;
  #timer: unknown;
  #isStopped = false;

  constructor(name: string, { witnessStorage, clock }: Pick<Environment, 'witnessStorage' | 'clock'>) {
    this.#storage = witnessStorage;
    this.#clock = clock;
    this.#key = `tablite:witness:${name}`;
  }

  /** What it saw last; undefined where there is none, or nothing readable. */
  recall(): Testimony | undefined {
    const text = this.#tried(() => this.#storage?.getItem(this.#key));
    if (!text) return undefined;
    const [seq, storeId] = text.split(' ');
    return storeId !== undefined && Number.isSafeInteger(Number(seq)) ? { storeId, seq: Number(seq) } : undefined;
  }

  /** Notes what is stored, within a second. */
  note(testimony: Testimony): void {
    if (this.#isStopped) return;
    this.#latest = testimony;
    if (!this.#storage || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => this.flush(), LAG_MS);
  }

  /** Writes what was noted now. */
  flush(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#latest || !this.#storage) return;
    const { seq, storeId } = this.#latest;
    this.#tried(() => this.#storage?.setItem(this.#key, `${seq} ${storeId}`));
  }

  /** Notes nothing more: the database was taken away, and what was seen before that stands. */
  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
    this.#latest = undefined;
  }

  /** Forgets a database that was deleted on purpose. */
  forget(): void {
    this.stop();
    this.#tried(() => this.#storage?.removeItem(this.#key));
  }

  /** A localStorage that is full or forbidden is no witness, and no reason to fail: the database is kept all the same. */
  #tried<Result>(use: () => Result): Result | undefined {
    try {
      return use();
    } catch {
      return undefined;
    }
  }
}
