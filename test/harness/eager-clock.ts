import type { Clock } from '../../src/store/environment.js';

/** Longer than any pause after a conflict, shorter than what a checkpoint or the watchdog waits for. */
const LONGEST_PAUSE_MS = 100;

/** A clock whose pauses are over at once, and on which nothing else ever comes due. */
export const eagerClock: Clock = {
  now: () => 1_700_000_000_000,
  setTimeout: (callback, ms) => (ms < LONGEST_PAUSE_MS ? setImmediate(callback) : undefined),
  clearTimeout: (timer) => {
    // It is given nothing but what setTimeout above returned.
    if (timer) clearImmediate(timer as NodeJS.Immediate);
  },
};
