import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import type { Migration } from '../migrate/chain.js';
import { UpgradePlan } from '../migrate/plan.js';
import { runPlan } from '../migrate/run.js';

/**
 * A new database that these files made; closing it is the caller's.
 *
 * @throws {MigrationError} when a step fails.
 */
export async function databaseAt(engine: Engine, chain: readonly Migration[]): Promise<Connection> {
  const connection = engine.open(engine.emptyImage);
  try {
    await runPlan(connection, new UpgradePlan(0, chain), { now: () => 0 });
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}
