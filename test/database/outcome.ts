import { expect } from 'vitest';
import type { ManualClock } from '../store/fakes.js';

/** What a promise came to, its value or its error, once the clock has advanced far enough. */
export async function outcome(promise: Promise<unknown>, clock: ManualClock): Promise<unknown> {
  let settled: { with: unknown } | undefined;
  const settle = (result: unknown) => {
    settled = { with: result };
  };
  promise.then(settle, settle);
  for (let second = 0; second < 100 && !settled; second++) await clock.advance(1000);
  expect(settled).toBeDefined();
  return settled?.with;
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}

/** What a function throws. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('expected it to throw');
}

/** A latch: what waits for it goes on once it is opened. */
export function latch(): { wait: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const wait = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { wait, open };
}
