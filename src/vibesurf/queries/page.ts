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

/** The limit that is none. */
export const ALL = -1;

/**
 * A page with its defaults, as Drizzle takes it: it leaves a negative LIMIT out, without which SQL has no OFFSET.
 *
 * @throws {UsageError} for anything but whole numbers.
 */
export function pageOf(page: Page, defaultLimit: number = DEFAULT_LIMIT): Required<Page> {
  const { limit = defaultLimit, offset = 0 } = page;
  if (!Number.isSafeInteger(limit) || limit < ALL) throw new UsageError('limit is to be a whole number of rows, or -1 for all.');
  if (!Number.isSafeInteger(offset) || offset < 0) throw new UsageError('offset is to be a whole number of rows, 0 or more.');
  return { limit: limit === ALL ? Number.MAX_SAFE_INTEGER : limit, offset };
}
