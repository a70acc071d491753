import { StorageError } from '../errors/storage-error.js';
import type { CommitLog } from './commit-log.js';
import type { Clock } from './environment.js';

/** A fold waits for this long without a commit: both write to the one object store, so a commit would wait for it. */
const IDLE_MS = 250;
/**
 * A log of more bytes than this is folded all the same. A burst of writes is some 2,000 of one row before that; should the
 * browser crash right then, reading the log adds about 0.2 s to the next open.
 */
const PRESSING_BYTES = 16 * 1024 * 1024;

/** Folds the log when it has grown and nobody is writing, one bounded step at a time. */
export class Checkpoint {
  readonly #log: CommitLog;
  readonly #clock: Clock;
  readonly #onFailure: (failure: unknown) => void;
  #timer: unknown;
  #isFolding = false;
  #isStopped = false;
  /** Whether there was a commit since the timer was set. */
  #isBusy = false;

  constructor(log: CommitLog, clock: Clock, onFailure: (failure: unknown) => void) {
    this.#log = log;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** The log has grown: folds some of it once the tab is idle, if it is long enough. */
  consider(): void {
    this.#isBusy = true;
    if (this.#isStopped || this.#isFolding) return;
    if (this.#log.bytes > PRESSING_BYTES && this.#log.isFoldDue) void this.#fold();
    else this.#timer ??= this.#clock.setTimeout(() => this.#look(), IDLE_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    const wasBusy = this.#isBusy;
    this.#isBusy = false;
    if (wasBusy) this.#timer = this.#clock.setTimeout(() => this.#look(), IDLE_MS);
    else if (this.#log.isFoldDue && !this.#isFolding) void this.#fold();
  }

  async #fold(): Promise<void> {
    this.#isFolding = true;
    let hasFolded = false;
    try {
      hasFolded = await this.#log.fold();
    } catch (cause) {
      // A log that could not be folded is only longer, and the next commit tries again; anything else the app has to know of.
      if (!(cause instanceof StorageError) && !this.#isStopped) this.#onFailure(cause);
    }
    this.#isFolding = false;
    if (hasFolded) this.consider();
  }
}
