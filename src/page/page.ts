/** Bytes of page 1 that count the commits of a connection and name its SQLite: https://www.sqlite.org/fileformat.html#file_change_counter */
const COUNTERS: readonly (readonly [from: number, to: number])[] = [
  [24, 28],
  [92, 100],
];

/** Whether two pages hold the same bytes; a page that is not there equals another such only. */
export function isEqualPage(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Whether two versions of a page, by its number from 0, mean the same: the first one's counters do not matter. */
export function isSamePage(page: number, a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (page > 0 || a === b || a === undefined || b === undefined) return isEqualPage(a, b);
  return isEqualPage(withoutCounters(a), withoutCounters(b));
}

function withoutCounters(firstPage: Uint8Array): Uint8Array {
  const copy = firstPage.slice();
  for (const [from, to] of COUNTERS) copy.fill(0, from, to);
  return copy;
}
