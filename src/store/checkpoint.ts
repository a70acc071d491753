import { CorruptionError } from '../errors/storage-error.js';
import type { CommitLog } from './commit-log.js';
import type { Clock } from './environment.js';

/** Folds the log when it has grown, one bounded step at a time, beside the commits: they do not touch the same records. */
export class Checkpoint {
  readonly #log: CommitLog;
  readonly #clock: Clock;
  readonly #onDamage: (damage: CorruptionError) => void;
  #timer: unknown;
  #isStopped = false;

  constructor(log: CommitLog, clock: Clock, onDamage: (damage: CorruptionError) => void) {
    this.#log = log;
    this.#clock = clock;
    this.#onDamage = onDamage;
  }

  /** Folds soon, if the log is long enough. */
  consider(): void {
    if (this.#isStopped || this.#timer !== undefined || !this.#log.isFoldDue) return;
    this.#timer = this.#clock.setTimeout(() => void this.#step(), 0);
  }

  stop(): void {
    this.#isStopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  async #step(): Promise<void> {
    let isAgain = false;
    try {
      isAgain = await this.#log.fold();
    } catch (cause) {
      // A log that could not be folded is only longer, and the next commit tries again; damage the app has to know of.
      if (cause instanceof CorruptionError && !this.#isStopped) this.#onDamage(cause);
    }
    this.#timer = undefined;
    if (isAgain) this.consider();
  }
}
