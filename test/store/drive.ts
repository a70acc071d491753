import type fc from 'fast-check';
import { takeTurns } from './fakes.js';

/** Turns without anything scheduled after which what is waited for is stuck. */
const MOST_IDLE_TURNS = 200;

/** Lets the scheduler go on, one task at a time, until the promise has settled. It fails where nothing is left that could settle it. */
export async function drive<Result>(scheduler: fc.Scheduler, promise: Promise<Result>): Promise<Result> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let idle = 0; !isSettled; ) {
    await takeTurns();
    if (isSettled) break;
    if (scheduler.count() > 0) {
      await scheduler.waitOne();
      idle = 0;
    } else if (++idle > MOST_IDLE_TURNS) throw new Error('Nothing is scheduled any more, and what is waited for has not ended');
  }
  return promise;
}
