import { describe, expect, it } from 'vitest';
import { torture } from '../../torture/torture.js';

/** The seeds were chosen for what they draw: two tabs, large writes, transactions, an import or a restore, a fold, a cut log. */
const ROUNDS = [
  { kind: 'chromium', kills: 3, seed: 25 },
  { kind: 'chromium-sqlite', kills: 3, seed: 7020 },
] as const;

// What Chromium throws away as a whole, after two unclean ends in a row, is counted and is no finding: `npm run torture` shows it.
describe.runIf(process.platform === 'linux')('a browser that is killed again and again while it writes', () => {
  it.each(ROUNDS)('keeps what it acknowledged, whole, and nothing that was rejected ($kind)', { timeout: 240_000 }, async (round) => {
    const options = { ...round, minutes: 3, port: 0, starts: 6, cuts: 1, tear: 0, folder: undefined, out: undefined, isStrict: true };
    const figures = await torture(
      options,
      () => false,
      () => undefined,
    );
    expect(figures.findings).toEqual([]);
    expect(figures.of('kills')).toBe(round.kills);
    expect(figures.of('acknowledged writes')).toBeGreaterThan(50);
    const seen = ['kills', 'acknowledged writes', 'folds of the log', 'power cuts', 'wiped'] as const;
    console.log(`${round.kind}: ${seen.map((each) => `${figures.of(each)} ${each}`).join(', ')}, ${figures.seconds} s`);
  });
});
