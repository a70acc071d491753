/** The first index below `length` at which a condition holds that goes on holding from there; -1 when it never does. */
export function firstWhere(length: number, holds: (index: number) => boolean): number {
  if (length === 0 || !holds(length - 1)) return -1;
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
