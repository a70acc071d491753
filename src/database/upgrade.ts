import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { AdoptError } from '../errors/adopt-error.js';
import { NewerSchemaError } from '../errors/database-error.js';
import { type AdoptedFile, planAdoption, type SchemaSnapshot } from '../migrate/adopt.js';
import type { Migration } from '../migrate/chain.js';
import { changesRows, rerunOnAdoption } from '../migrate/content.js';
import { compareStructures, describeDifference } from '../migrate/differences.js';
import { planUpgrade, UpgradePlan } from '../migrate/plan.js';
import { type RunOptions, readStanding, runPlan } from '../migrate/run.js';
import { snapshotsOf } from '../migrate/snapshots.js';
import { readStructure, type Structure } from '../migrate/structure.js';
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
   * What would bring a database to a version, or to the head of the chain. The connection is asked for anew after whatever is
   * waited for, since another tab may have replaced the database meanwhile.
   *
   * @throws {NewerSchemaError} when it is newer than the chain.
   * @throws {AdoptError} when it was made without the chain, and is like no version of it, or not like the one that it says.
   * @throws {MigrationError} {UsageError} as `planUpgrade` does.
   */
  async plan(connectionNow: () => Connection, to?: number): Promise<UpgradePlan> {
    const { chain } = this;
    const first = readStanding(connectionNow());
    const head = chain.length;
    if (head > 0 && first.schemaVersion > head) throw new NewerSchemaError(first.schemaVersion, head);
    const isForeign = head > 0 && first.history.length === 0 && first.hasTables && first.schemaVersion >= 0;
    // At the head there is nothing to run, and nothing to load for it.
    if (!isForeign || first.schemaVersion === head) return planUpgrade(chain, first, { ...(to !== undefined && { to }) });
    const [snapshots, files] = [await this.snapshots(), await this.#files()];
    const connection = connectionNow();
    const standing = readStanding(connection);
    const { schemaVersion } = standing;
    if (schemaVersion > 0) this.#refuseUnlike(connection, snapshots[schemaVersion - 1]);
    const adoption = schemaVersion === 0 && standing.hasTables ? planAdoption(connection, snapshots, { files }) : undefined;
    return planUpgrade(chain, standing, { ...(to !== undefined && { to }), ...(adoption && { adoption }) });
  }

  /** The schema of each version of the chain, made once. */
  snapshots(): Promise<SchemaSnapshot[]> {
    this.#snapshots ??= snapshotsOf(this.#engine, this.chain).catch((thrown: unknown) => {
      // A file that could not be loaded may be there the next time.
      this.#snapshots = undefined;
      throw thrown;
    });
    return this.#snapshots;
  }

  /** A version that another program set says nothing of this chain. @throws {AdoptError} */
  #refuseUnlike(connection: Connection, snapshot: SchemaSnapshot | undefined): void {
    const lacking = snapshot ? lackingIn(readStructure(connection), snapshot) : [];
    if (snapshot && lacking.length > 0) throw new AdoptError('ADOPT_UNKNOWN', snapshot.version, lacking);
  }

  #files(): Promise<AdoptedFile[]> {
    const files = this.chain.map(async ({ version, load }) => {
      const content = await load();
      return { version, rerun: rerunOnAdoption(content), changesRows: changesRows(content) };
    });
    return Promise.all(files);
  }
}

/** The tables and columns of a version that a database does not have, a readable line for each. */
export function lackingIn(found: Structure, { structure }: SchemaSnapshot): string[] {
  const lacking = compareStructures(found, structure).filter(
    ({ found, expected }) => !found && (expected?.kind === 'table' || expected?.kind === 'column'),
  );
  return lacking.map(describeDifference);
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
  const planned = await upgrader.plan(() => store.connection, options.to);
  if (planned.isEmpty) return planned;
  // Before the store's turn is taken: while files are loaded, everything else goes on.
  await Promise.all(planned.steps.map(({ load }) => load()));
  let isEmpty = false;
  let schemaVersion = planned.from;
  const run = async (connection: Connection) => {
    const standing = readStanding(connection);
    schemaVersion = standing.schemaVersion;
    isEmpty = schemaVersion === 0 && !standing.hasTables;
    // Planned anew each time: another tab may have done it meanwhile, and more.
    if (options.to !== undefined && schemaVersion >= options.to) return new UpgradePlan(schemaVersion, []);
    const plan = await upgrader.plan(() => connection, options.to);
    await runPlan(connection, plan, { ...options, undo: () => connection.undo([connection.file.seal()]) });
    return plan;
  };
  return store.steps('strict', run, { backup: () => (isEmpty ? undefined : { reason: 'migration', schemaVersion }) });
}
