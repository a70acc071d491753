import { ClosedError } from '../errors/database-error.js';
import { StorageError, StorageUnavailableError } from '../errors/storage-error.js';
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
  /** Whether the mirror of another store may be overwritten. */
  readonly mayReplace: boolean;
  /** Told when the mirror has come forward, or fails. */
  readonly onChange: (status: MirrorStatus) => void;
  /** The store itself is not there any more. */
  readonly onFailure: (failure: ClosedError) => void;
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
  #error: Error | undefined;
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

  /** A commit is stored: it will be taken over. @returns how the mirror stands now. */
  note(seq: number, origin: 'own' | 'other'): MirrorStatus {
    this.#newest = Math.max(this.#newest, seq);
    if (this.#newest !== this.#seq && !this.#isStopped) {
      this.#isBusy = true;
      if (!this.#stepping && this.#failures === 0) this.#schedule(origin === 'own' ? IDLE_MS : OTHERS_MS);
    }
    return this.#status;
  }

  /**
   * Takes over everything up to the newest commit now.
   *
   * @throws {StorageError} {CorruptionError} when that is not possible; it goes on trying.
   * @throws {ClosedError} when the store was closed or deleted meanwhile.
   */
  async catchUp(): Promise<void> {
    const target = this.#newest;
    while (this.#seq < target && !this.#isStopped) {
      const before = this.#seq;
      if (this.#stepping) await this.#stepping;
      else {
        await this.#step();
        if (this.#seq <= before) throw new StorageError('The mirror does not come forward: the storage was set back to an earlier state.');
      }
    }
    if (this.#seq < target && !this.#isForbidden) throw new ClosedError('The database was closed before its mirror had everything.');
  }

  /** Lets go of the place. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#parts.clock.clearTimeout(this.#timer);
    await this.#parts.place.storage.close();
  }

  get #isForbidden(): boolean {
    return this.#error instanceof StorageUnavailableError;
  }

  get #status(): MirrorStatus {
    if (this.#isForbidden) return { place: 'none', seq: undefined, behind: undefined, error: undefined };
    const isKnown = this.#seq >= 0;
    return {
      place: this.#parts.place.kind,
      seq: isKnown ? this.#seq : undefined,
      behind: isKnown ? this.#newest - this.#seq : undefined,
      error: this.#error,
    };
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
    } else if (!this.#stepping) this.#step().catch(() => undefined);
  }

  /** One step; what it throws is in the status, too. */
  async #step(): Promise<void> {
    let done: () => void = () => undefined;
    this.#stepping = new Promise((resolve) => {
      done = resolve;
    });
    const { clock, log, mayReplace } = this.#parts;
    clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const began = clock.now();
    try {
      const { seq, seenSeq } = await log.stepMirror(this.#storage, mayReplace);
      this.#seq = seq;
      this.#newest = Math.max(this.#newest, seenSeq);
      this.#failures = 0;
      this.#error = undefined;
      this.#after((clock.now() - began) * REST);
    } catch (cause) {
      this.#fail(cause);
      throw cause;
    } finally {
      this.#stepping = undefined;
      done();
    }
  }

  #fail(cause: unknown): void {
    const { place, onFailure } = this.#parts;
    place.storage.disconnect();
    this.#error = cause instanceof Error ? cause : undefined;
    this.#failures++;
    if (cause instanceof ClosedError) {
      if (!this.#isStopped) onFailure(cause);
      this.#isStopped = true;
    }
    // Where there may be no mirror, there is none, and nothing to try again.
    if (this.#isForbidden) this.#isStopped = true;
    this.#after(RETRY_MS * 2 ** (this.#failures - 1));
  }

  /** Tells how it stands, and goes on after a while if there is anything left. */
  #after(ms: number): void {
    if (!(this.#error instanceof ClosedError)) this.#parts.onChange(this.#status);
    if (this.#isStopped) return;
    if (this.#error || this.#seq < this.#newest) this.#schedule(Math.min(Math.max(ms, 0), MOST_RETRY_MS));
  }
}
