/** How many runs a harness makes: `usual` in CI, and TABLITE_RUNS times as many where that is set. */
export function runs(usual: number): number {
  return Math.max(1, Math.round(usual * Number(process.env['TABLITE_RUNS'] ?? 1)));
}
