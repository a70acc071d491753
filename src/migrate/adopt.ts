import type { Connection } from '../engine/connection.js';
import { AdoptError } from '../errors/adopt-error.js';
import { compareStructures, describeDifference } from './differences.js';
import { readSchemaObjects, type SchemaObject } from './schema-object.js';
import { readStructure, type Structure } from './structure.js';

/** The schema of one version of a chain. */
export interface SchemaSnapshot {
  readonly version: number;
  readonly structure: Structure;
  readonly objects: readonly SchemaObject[];
}

/** How a database that was made without a chain becomes one of it. */
export interface PlannedAdoption {
  readonly version: number;
  /** What is different from that version, and repaired. */
  readonly repairs: readonly string[];
  /** The SQL of the repair; empty when there is none. */
  readonly script: string;
}

export interface AdoptOptions {
  /** The statements that run before the tables are repaired to a version. */
  readonly before?: (version: number) => string;
}

/** What a connection's database holds, as a version of a chain. */
export function takeSnapshot(connection: Connection, version: number): SchemaSnapshot {
  return { version, structure: readStructure(connection), objects: readSchemaObjects(connection) };
}

/**
 * Which version of a chain a database is like. Only read.
 *
 * @throws {AdoptError} when it is like none.
 */
export function planAdoption(connection: Connection, snapshots: readonly SchemaSnapshot[], _options: AdoptOptions = {}): PlannedAdoption {
  const found = readStructure(connection);
  const compared = snapshots.map(({ version, structure }) => ({ version, differences: compareStructures(found, structure) }));
  const closest = compared.reduce((a, b) => (b.differences.length < a.differences.length ? b : a));
  if (closest.differences.length > 0) throw new AdoptError('ADOPT_UNKNOWN', closest.version, closest.differences.map(describeDifference));
  return { version: closest.version, repairs: [], script: '' };
}
