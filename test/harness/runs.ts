/**
 * How long a harness runs: `usual` runs in CI. TABLITE_RUNS multiplies them, and TABLITE_SECONDS ends them all the same, so that a
 * long run can be given as a time.
 */
export function runs(usual: number): { numRuns: number; interruptAfterTimeLimit?: number } {
  const { TABLITE_RUNS: times = '1', TABLITE_SECONDS: seconds } = process.env;
  const numRuns = Math.max(1, Math.round(usual * Number(times)));
  return seconds === undefined ? { numRuns } : { numRuns, interruptAfterTimeLimit: Number(seconds) * 1000 };
}
