import { UsageError } from '../errors/database-error.js';
import { type Clock, platformClock } from '../store/environment.js';

/** Timers take no more than 31 bits: a longer time would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls `lock` once nothing has been done for a time. Without a time it never does. */
export class AutoLock {
  readonly #clock: Clock;
  readonly #ms: number | undefined;
  readonly #lock: () => void;
  #timer: unknown;
  #dueAt = Number.POSITIVE_INFINITY;

  /** @throws {UsageError} when the time is not one that a timer can wait for. */
  constructor(lock: () => void, ms: number | undefined, clock: Clock = platformClock) {
    if (ms !== undefined && !(ms > 0 && ms <= LONGEST_MS))
      throw new UsageError(`autoLockMs is to be a number of milliseconds from 1 to ${LONGEST_MS}.`);
    this.#lock = lock;
    this.#ms = ms;
    this.#clock = clock;
  }

  /** The timers of a page that sleeps stand still, so that the time may be over before they fire. */
  get isDue(): boolean {
    return this.#clock.now() >= this.#dueAt;
  }

  /** Something was done: the time begins anew. */
  restart(): void {
    if (this.#ms === undefined) return;
    this.stop();
    this.#dueAt = this.#clock.now() + this.#ms;
    this.#timer = this.#clock.setTimeout(this.#lock, this.#ms);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueAt = Number.POSITIVE_INFINITY;
  }
}
