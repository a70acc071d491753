import { UsageError } from '../../errors/database-error.js';

/** Which part of a list to give. */
export interface Page {
  /** How many rows at most; -1 for all. */
  readonly limit?: number;
  /** How many rows to leave out before them; 0 by default. */
  readonly offset?: number;
}

/** How many rows a list gives by default. */
export const DEFAULT_LIMIT = 50;

/**
 * A page with its defaults, as SQLite's LIMIT and OFFSET take it, where -1 is no limit.
 *
 * @throws {UsageError} for anything but whole numbers.
 */
export function pageOf({ limit = DEFAULT_LIMIT, offset = 0 }: Page): Required<Page> {
  if (!Number.isSafeInteger(limit) || limit < -1) throw new UsageError('limit is to be a whole number of rows, or -1 for all.');
  if (!Number.isSafeInteger(offset) || offset < 0) throw new UsageError('offset is to be a whole number of rows, 0 or more.');
  return { limit, offset };
}
