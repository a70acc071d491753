import type { Clock } from './environment.js';
import type { WitnessStorage } from './witness-storage.js';

/** How long a witness may lag behind: writing it with every commit would cost as much as the commit's SQL. */
const LAG_MS = 1000;

/** Which store was here, and up to which commit. */
export interface Testimony {
  readonly storeId: string;
  readonly seq: number;
  /** Milliseconds since 1970 at which it was seen; undefined where that was not noted. */
  readonly at?: number | undefined;
  /** Whether it is being deleted on purpose, or was and the page died before it was done. */
  readonly isDeleted: boolean;
}

/** In the place of the number of a commit. */
const DELETED = 'deleted';

/**
 * Knows, outside of IndexedDB, that a database was here, so that vanished data is never mistaken for a first run.
 */
export class Witness {
  readonly #storage: WitnessStorage | undefined;
  readonly #clock: Clock;
  readonly #key: string;
  #latest: Pick<Testimony, 'storeId' | 'seq'> | undefined;
  #timer: unknown;
  #isStopped = false;

  constructor(name: string, { witnessStorage, clock }: { readonly witnessStorage: WitnessStorage | undefined; readonly clock: Clock }) {
    this.#storage = witnessStorage;
    this.#clock = clock;
    this.#key = `tablite:witness:${name}`;
  }

  /** What it saw last; undefined where there is none, or nothing readable. */
  async recall(): Promise<Testimony | undefined> {
    const text = await this.#tried((storage) => storage.getItem(this.#key));
    if (!text) return undefined;
    const [seq, storeId, at] = text.split(' ');
    const isDeleted = seq === DELETED;
    if (storeId === undefined || !(isDeleted || Number.isSafeInteger(Number(seq)))) return undefined;
    return { storeId, seq: isDeleted ? 0 : Number(seq), at: at === undefined ? undefined : Number(at), isDeleted };
  }

  /** Notes what is stored, within a second. */
  note(testimony: Pick<Testimony, 'storeId' | 'seq'>): void {
    if (this.#isStopped) return;
    this.#latest = testimony;
    if (!this.#storage || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => void this.flush(), LAG_MS);
  }

  /** Writes what was noted now. */
  async flush(): Promise<void> {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#latest) return;
    const { seq, storeId } = this.#latest;
    await this.#tried((storage) => storage.setItem(this.#key, `${seq} ${storeId} ${this.#clock.now()}`));
  }

  /** Notes nothing more: the database was taken away, and what was seen before that stands. */
  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
    this.#latest = undefined;
  }

  /** The database is about to be deleted on purpose: from now on nothing of it is brought back. */
  async condemn(): Promise<void> {
    const testimony = await this.recall();
    if (testimony) await this.#tried((storage) => storage.setItem(this.#key, `${DELETED} ${testimony.storeId} ${this.#clock.now()}`));
  }

  /** Forgets a database that was deleted on purpose. */
  async forget(): Promise<void> {
    this.stop();
    await this.#tried((storage) => storage.removeItem(this.#key));
  }

  /** What is full or forbidden is no witness, and no reason to fail: the database is kept all the same. */
  async #tried<Result>(use: (storage: WitnessStorage) => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return this.#storage && (await use(this.#storage));
    } catch {
      return undefined;
    }
  }
}
