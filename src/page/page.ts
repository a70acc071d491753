type Range = readonly [from: number, to: number];

/** Bytes of page 1 that count the commits of a connection and name its SQLite: https://www.sqlite.org/fileformat.html#file_change_counter */
const COUNTERS: readonly Range[] = [
  [24, 28],
  [92, 100],
];
/** Bytes of page 1 that say how many pages there are, and which of them are free: https://www.sqlite.org/fileformat.html#in_header_database_size */
const EXTENT: Range = [28, 40];

/** Whether two pages hold the same bytes; a page that is not there equals another such only. */
export function isEqualPage(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Whether two versions of a page, by its number from 0, mean the same: the counters in the first one do not matter. */
export function isSamePage(page: number, a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return isSameBut(COUNTERS, page, a, b);
}

/** As `isSamePage`, for whoever takes and frees no page: how many there are does not matter either. */
export function isSameContent(page: number, a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return isSameBut([...COUNTERS, EXTENT], page, a, b);
}

function isSameBut(ranges: readonly Range[], page: number, a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (page > 0 || a === b || a === undefined || b === undefined) return isEqualPage(a, b);
  return isEqualPage(without(ranges, a), without(ranges, b));
}

function without(ranges: readonly Range[], firstPage: Uint8Array): Uint8Array {
  const copy = firstPage.slice();
  for (const [from, to] of ranges) copy.fill(0, from, to);
  return copy;
}
