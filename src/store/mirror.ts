import { ClosedError } from '../errors/database-error.js';
import type { MirrorPlace } from '../storage/mirror-place.js';
import type { CommitLog } from './commit-log.js';
import type { Clock } from './environment.js';
import type { MirrorStatus } from './status.js';
import { WatchedStorage } from './watched-storage.js';

/** A commit is taken over when there was none for this long, which is before the checkpoint folds it away, ... */
const IDLE_MS = 100;
/** ... or when it has waited for this long. */
const MOST_MS = 500;
/** What another tab commits, that one takes over; should it be gone, this one does. */
const OTHERS_MS = 1000;
/** While commits go on and on, steps take no more than a fifth of the time. */
const REST = 4;
/** A mirror that failed is tried again after this, and twice as long each time, up to ... */
const RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;

export interface MirrorParts {
  readonly log: CommitLog;
  readonly place: MirrorPlace;
  readonly clock: Clock;
  /** Told when the mirror has come forward, falls behind, or fails. */
  readonly onChange: (status: MirrorStatus) => void;
}

/**
 * A copy of a store in a place that fails apart from it. It follows the commits off their path, within about a second. Any tab
 * may bring it forward; the one that committed does so first.
 */
export class Mirror {
  readonly #parts: MirrorParts;
  readonly #storage: WatchedStorage;
  /** The commit that it is known to stand at; -1 before anybody has looked. */
  #seq = -1;
  /** The newest commit that this tab knows of. */
  #newest = 0;
  #timer: unknown;
  #dueAt = 0;
  /** When a step is due at the latest, however busy the tab is. */
  #deadline = 0;
  /** Whether there was a commit since the timer was set. */
  #isBusy = false;
  #stepping: Promise<void> | undefined;
  #failures = 0;
  #isStopped = false;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
    this.#storage = new WatchedStorage(parts.place.storage, parts.clock);
  }

  /** A commit is stored: it will be taken over. */
  note(seq: number, origin: 'own' | 'other'): void {
    if (this.#isStopped) return;
    const wasCurrent = this.#seq === this.#newest;
    this.#newest = Math.max(this.#newest, seq);
    if (this.#newest === this.#seq) return;
    if (wasCurrent) this.#tell(undefined);
    this.#isBusy = true;
    if (!this.#stepping && this.#failures === 0) this.#schedule(origin === 'own' ? IDLE_MS : OTHERS_MS);
  }

  /**
   * Takes over everything up to the newest commit now.
   *
   * @throws {StorageError} {CorruptionError} {StorageFormatError} when that is not possible; it goes on trying.
   */
  async catchUp(): Promise<void> {
    const target = this.#newest;
    while (this.#seq < target && !this.#isStopped) {
      if (this.#stepping) await this.#stepping;
      else await this.#step();
    }
  }

  /** Lets go of the place. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
    await this.#parts.place.storage.close();
  }

  #schedule(ms: number): void {
    const { clock } = this.#parts;
    const now = clock.now();
    if (this.#timer !== undefined) {
      if (this.#dueAt <= now + ms) return;
      clock.clearTimeout(this.#timer);
    } else this.#deadline = now + Math.max(ms, MOST_MS);
    this.#isBusy = false;
    this.#dueAt = now + ms;
    this.#timer = clock.setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    this.#timer = undefined;
    const { clock } = this.#parts;
    const left = this.#deadline - clock.now();
    // A clock that was set back must not put it off any further than it would be from now on.
    if (this.#isBusy && left > 0 && left <= MOST_MS) {
      const deadline = this.#deadline;
      this.#schedule(IDLE_MS);
      this.#deadline = deadline;
    } else this.#step().catch(() => undefined);
  }

  /** One step; what it throws is in the status, too. */
  async #step(): Promise<void> {
    let done: () => void = () => undefined;
    this.#stepping = new Promise((resolve) => {
      done = resolve;
    });
    const { clock, log, place } = this.#parts;
    const began = clock.now();
    try {
      const { seq, seenSeq } = await log.stepMirror(this.#storage);
      this.#seq = seq;
      this.#newest = Math.max(this.#newest, seenSeq);
      this.#failures = 0;
      this.#after((clock.now() - began) * REST);
    } catch (cause) {
      place.storage.disconnect();
      if (cause instanceof ClosedError) this.#isStopped = true;
      this.#failures++;
      this.#after(Math.min(MOST_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1)), cause);
      throw cause;
    } finally {
      this.#stepping = undefined;
      done();
    }
  }

  /** Goes on after a while, if there is anything left. */
  #after(ms: number, error?: unknown): void {
    if (this.#isStopped) return;
    this.#tell(error);
    if (error !== undefined || this.#seq < this.#newest) this.#schedule(Math.min(ms, MOST_RETRY_MS));
  }

  #tell(error: unknown): void {
    const isKnown = this.#seq >= 0;
    this.#parts.onChange({
      place: this.#parts.place.kind,
      seq: isKnown ? this.#seq : undefined,
      behind: isKnown ? this.#newest - this.#seq : undefined,
      error: error instanceof Error ? error : undefined,
    });
  }
}
