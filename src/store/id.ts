/** A random id of 16 hexadecimal digits, for stores and commits. */
export function newId(random: () => number): string {
  const half = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return half() + half();
}

/** The id of a store that a lost one is brought back as: tabs that have the lost one open must not take it for theirs. */
export function restoredId(lostId: string, newId: string): string {
  return `${firstId(lostId)}~${newId}`;
}

/** Whether one of two stores was brought back from the other, or both from a third. */
export function isSameLine(storeId: string, otherId: string): boolean {
  return firstId(storeId) === firstId(otherId);
}

function firstId(storeId: string): string {
  return storeId.split('~')[0] ?? storeId;
}
