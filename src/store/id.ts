/** A random id of 16 hexadecimal digits, for stores and commits. */
export function newId(random: () => number): string {
  const half = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return half() + half();
}
