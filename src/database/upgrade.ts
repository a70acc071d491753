import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { NewerSchemaError } from '../errors/database-error.js';
import { planAdoption, type SchemaSnapshot } from '../migrate/adopt.js';
import type { Migration } from '../migrate/chain.js';
import { changesRows, rerunOnAdoption } from '../migrate/content.js';
import { planUpgrade, UpgradePlan } from '../migrate/plan.js';
import { type RunOptions, readStanding, runPlan } from '../migrate/run.js';
import { snapshotsOf } from '../migrate/snapshots.js';
import type { Store } from '../store/store.js';

/** A chain, and the engine that shows what schema each of its versions makes. */
export class Upgrader {
  readonly chain: readonly Migration[];
  readonly #engine: Engine;
  #snapshots: Promise<SchemaSnapshot[]> | undefined;

  constructor(engine: Engine, chain: readonly Migration[]) {
    this.#engine = engine;
    this.chain = chain;
  }

  /**
   * What would bring a database to a version, or to the head of the chain.
   *
   * @throws {NewerSchemaError} when it is newer than the chain.
   * @throws {AdoptError} when it was made without the chain, and is like no version of it.
   * @throws {MigrationError} {UsageError} as `planUpgrade` does.
   */
  async plan(connection: Connection, to?: number): Promise<UpgradePlan> {
    const { chain } = this;
    const standing = readStanding(connection);
    const head = chain.length;
    if (head > 0 && standing.schemaVersion > head) throw new NewerSchemaError(standing.schemaVersion, head);
    const isForeign = head > 0 && standing.schemaVersion === 0 && standing.hasTables && standing.history.length === 0;
    const adoption = isForeign ? await this.#adoption(connection) : undefined;
    return planUpgrade(chain, standing, { ...(to !== undefined && { to }), ...(adoption && { adoption }) });
  }

  /** The schema of each version of the chain, made once. */
  snapshots(): Promise<SchemaSnapshot[]> {
    this.#snapshots ??= snapshotsOf(this.#engine, this.chain);
    return this.#snapshots;
  }

  async #adoption(connection: Connection): Promise<ReturnType<typeof planAdoption>> {
    const files = this.chain.map(async ({ version, load }) => {
      const content = await load();
      return { version, rerun: rerunOnAdoption(content), changesRows: changesRows(content) };
    });
    return planAdoption(connection, await this.snapshots(), { files: await Promise.all(files) });
  }
}

export interface UpgradeOptions extends RunOptions {
  /** The version to go to; the head of the chain by default. */
  readonly to?: number;
}

/**
 * Brings a store's database forward, as one strict commit that is kept with a backup of what was there.
 *
 * @returns the plan that was run: with no step where there was nothing to do, or where another tab was first.
 */
export async function upgrade(store: Store, upgrader: Upgrader, options: UpgradeOptions): Promise<UpgradePlan> {
  const planned = await upgrader.plan(store.connection, options.to);
  if (planned.isEmpty) return planned;
  let isEmpty = false;
  let schemaVersion = planned.from;
  const run = async (connection: Connection) => {
    const standing = readStanding(connection);
    schemaVersion = standing.schemaVersion;
    isEmpty = schemaVersion === 0 && !standing.hasTables;
    // Planned anew each time: another tab may have done it meanwhile, and more.
    if (options.to !== undefined && schemaVersion >= options.to) return new UpgradePlan(schemaVersion, []);
    const plan = await upgrader.plan(connection, options.to);
    await runPlan(connection, plan, options);
    return plan;
  };
  return store.steps('strict', run, { backup: () => (isEmpty ? undefined : { reason: 'migration', schemaVersion }) });
}
