/** Lets everything run that waits for nothing but its turn, on a storage in memory. */
export async function settleNow(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
