import { StorageTimeoutError } from '../errors/storage-error.js';
import type { Clock } from './environment.js';

/** Milliseconds without a sign of life after which a storage request is given up. */
export const WATCHDOG_MS = 10_000;

/**
 * Runs storage work, and gives it up when the storage shows no sign of life: on a full disk Chromium never ends a
 * transaction.
 *
 * @throws {StorageTimeoutError}
 */
export function watched<Result>(clock: Clock, doing: string, work: (alive: () => void) => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    let timer: unknown;
    let isOver = false;
    const alive = () => {
      if (isOver) return;
      clock.clearTimeout(timer);
      timer = clock.setTimeout(() => {
        isOver = true;
        reject(
          new StorageTimeoutError(
            `The storage gave no sign of life for ${WATCHDOG_MS / 1000} s (while ${doing}). Check for a full disk, then try again.`,
          ),
        );
      }, WATCHDOG_MS);
    };
    const settle = (end: () => void) => {
      isOver = true;
      clock.clearTimeout(timer);
      end();
    };
    alive();
    work(alive).then(
      (result) => settle(() => resolve(result)),
      (cause: unknown) => settle(() => reject(cause)),
    );
  });
}
