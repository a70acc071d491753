const NUMBER = /^[vV]?(\d+)/;

/** The number that a name begins with, even if the name is not quite right; infinite without one, so that it comes last. */
export function numberOf(name: string): number {
  const digits = NUMBER.exec(name)?.[1];
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits);
}

/** A name without the folders before it. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The order of a chain, for `sort`. */
export function byNumber(a: string, b: string): number {
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}
