import type { Environment } from './environment.js';

/** Conflicts in a row before a pause: two tabs that met once need none. */
const FREE_CONFLICTS = 2;
const LONGEST_MS = 64;

/** Waits a random, growing time after repeated conflicts, so that many tabs do not collide in step. */
export async function pauseAfterConflict({ clock, random }: Pick<Environment, 'clock' | 'random'>, conflicts: number): Promise<void> {
  if (conflicts <= FREE_CONFLICTS) return;
  const ms = random() * Math.min(LONGEST_MS, 2 ** (conflicts - FREE_CONFLICTS));
  await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
}
