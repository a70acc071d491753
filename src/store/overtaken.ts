import { ConflictError } from '../errors/database-error.js';

/** Attempts after which it is given up: each that is overtaken means that another tab got on. */
const MOST_ATTEMPTS = 200;

/** What an attempt gives when another tab has changed the base or the backups since it looked at them. */
export const OVERTAKEN: unique symbol = Symbol('overtaken');

/**
 * Attempts it until it was not overtaken.
 *
 * @throws {ConflictError} when that does not come to an end.
 */
export async function untilNotOvertaken<Result>(attempt: () => Promise<Result | typeof OVERTAKEN>): Promise<Result> {
  for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
    const result = await attempt();
    if (result !== OVERTAKEN) return result;
  }
  throw new ConflictError(MOST_ATTEMPTS);
}
