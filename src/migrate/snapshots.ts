import type { Engine } from '../engine/engine.js';
import { type SchemaSnapshot, takeSnapshot } from './adopt.js';
import type { Migration } from './chain.js';
import { UpgradePlan } from './plan.js';
import { runPlan } from './run.js';

/**
 * The schema of each version of a chain, from 1, made from nothing on a database of its own.
 *
 * @throws {MigrationError} when a step fails on an empty database.
 */
export async function snapshotsOf(engine: Engine, chain: readonly Migration[]): Promise<SchemaSnapshot[]> {
  const connection = engine.open(engine.emptyImage);
  try {
    const snapshots: SchemaSnapshot[] = [];
    for (const migration of chain) {
      await runPlan(connection, new UpgradePlan(migration.version - 1, [migration]), { now: () => 0 });
      snapshots.push(takeSnapshot(connection, migration.version));
    }
    return snapshots;
  } finally {
    connection.close();
  }
}
