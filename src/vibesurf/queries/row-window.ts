import { DEFAULT_LIMIT, type Page, pageOf } from './page.js';

/** The limit that is none. */
export const ALL = -1;

/**
 * A page as Drizzle takes it, which leaves a negative LIMIT out, without which SQL has no OFFSET.
 *
 * @throws {UsageError} for anything but whole numbers.
 */
export function windowOf(page: Page, defaultLimit: number = DEFAULT_LIMIT): Required<Page> {
  const { limit, offset } = pageOf({ ...page, limit: page.limit ?? defaultLimit });
  return { limit: limit === ALL ? Number.MAX_SAFE_INTEGER : limit, offset };
}
