import { StorageTimeoutError } from '../errors/storage-error.js';
import type { Clock } from './environment.js';

/** Seconds without a sign of life after which a storage request is given up. */
export const WATCHDOG_SECONDS = 10;
const TICK_MS = 1000;

interface Watched {
  readonly doing: string;
  readonly giveUp: (error: StorageTimeoutError) => void;
  /** Ticks since the last sign of life. */
  ticks: number;
}

/**
 * Gives storage work up that shows no sign of life: on a full disk Chromium never ends a transaction.
 *
 * It counts ticks of one timer: cheaper than a timer for each request, and a tab that was frozen, or a clock that jumped,
 * does not look like a dead storage.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #timer: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs `work`, which calls `alive` at each sign of life. `doing` says in the error what it was.
   *
   * @throws {StorageTimeoutError}
   */
  watch<Result>(doing: string, work: (alive: () => void) => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const watched: Watched = { doing, giveUp: reject, ticks: 0 };
      this.#watched.add(watched);
      this.#timer ??= this.#clock.setTimeout(() => this.#tick(), TICK_MS);
      const alive = () => {
        watched.ticks = 0;
      };
      work(alive)
        .then(resolve, reject)
        .finally(() => this.#watched.delete(watched));
    });
  }

  #tick(): void {
    this.#timer = undefined;
    for (const watched of this.#watched) {
      watched.ticks++;
      if (watched.ticks < WATCHDOG_SECONDS) continue;
      this.#watched.delete(watched);
      watched.giveUp(
        new StorageTimeoutError(
          `The storage gave no sign of life for ${WATCHDOG_SECONDS} s (while ${watched.doing}). Check for a full disk, then try again.`,
        ),
      );
    }
    if (this.#watched.size > 0) this.#timer = this.#clock.setTimeout(() => this.#tick(), TICK_MS);
  }
}
