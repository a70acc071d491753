import type { Connection } from '../../src/engine/connection.js';
import { MigrationError } from '../../src/errors/migration-error.js';
import { readChain } from '../../src/migrate/chain.js';
import { planUpgrade } from '../../src/migrate/plan.js';
import { type RunOptions, readStanding, runPlan } from '../../src/migrate/run.js';

/** Files of a chain, one for each text. */
export function filesOf(...texts: string[]): { name: string; sql: string }[] {
  return texts.map((sql, index) => ({ name: `v${String(index + 1).padStart(3, '0')}_step.sql`, sql }));
}

/** Brings a connection's database to the head of a chain. */
export function runChain(connection: Connection, texts: readonly string[], options: Partial<RunOptions> = {}): Promise<void> {
  const chain = readChain(filesOf(...texts));
  return runPlan(connection, planUpgrade(chain, readStanding(connection)), { now: () => 1_700_000_000_000, ...options });
}

/** The error with which a chain fails. */
export async function failureOf(connection: Connection, texts: readonly string[]): Promise<MigrationError> {
  try {
    await runChain(connection, texts);
  } catch (thrown) {
    if (thrown instanceof MigrationError) return thrown;
    throw thrown;
  }
  throw new Error('expected the chain to fail');
}
