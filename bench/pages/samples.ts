/** Milliseconds of each sample, by what was measured. */
export type Samples = Record<string, number[]>;

/** How long that takes, in milliseconds. */
export async function took(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
