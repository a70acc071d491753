import type { Engine } from '../engine/engine.js';
import type { Migration } from '../migrate/chain.js';
import { foldCase } from '../migrate/normal-sql.js';
import { UpgradePlan } from '../migrate/plan.js';
import { runPlan } from '../migrate/run.js';
import { readSchemaObjects } from '../migrate/schema-object.js';
import { readColumnFacts } from '../migrate/schema-pragmas.js';
import { readStructure, type Structure } from '../migrate/structure.js';
import { withFile } from './detached.js';

/** A database that only the chain has touched, at one version. */
export interface ChainState {
  readonly version: number;
  /** The SQLite file. */
  readonly image: Uint8Array;
  readonly structure: Structure;
  /** Names in lower case. */
  readonly columnsByTable: ReadonlyMap<string, readonly string[]>;
  /** The tables that have a trigger. */
  readonly triggered: ReadonlySet<string>;
}

/** The states from version 0 to `to`, by default the head. @throws {MigrationError} when a step fails on an empty database. */
export async function chainStates(engine: Engine, chain: readonly Migration[], to: number = chain.length): Promise<ChainState[]> {
  return withFile(engine, engine.emptyImage, async (connection) => {
    const states: ChainState[] = [];
    for (let version = 0; version <= to; version++) {
      const migration = chain[version - 1];
      if (migration) await runPlan(connection, new UpgradePlan(version - 1, [migration]), { now: () => Date.now() });
      const columns = [...readColumnFacts(connection)].map(([table, facts]) => [table, facts.map(({ name }) => name)] as const);
      const triggers = readSchemaObjects(connection).filter(({ type }) => type === 'trigger');
      states.push({
        version,
        image: connection.file.image(connection.header.pageCount),
        structure: readStructure(connection),
        columnsByTable: new Map(columns),
        triggered: new Set(triggers.map(({ table }) => foldCase(table))),
      });
    }
    return states;
  });
}
