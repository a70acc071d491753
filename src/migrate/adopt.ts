import type { Connection } from '../engine/connection.js';
import { splitScript } from '../engine/script.js';
import { AdoptError } from '../errors/adopt-error.js';
import { UsageError } from '../errors/database-error.js';
import { SqlError } from '../errors/sql-error.js';
import { repairScript } from './adopt-script.js';
import { affinityOf, countLosses } from './affinity.js';
import { viewsOver } from './dependants.js';
import { compareStructures, type Difference, describeDifference } from './differences.js';
import { isRepairable } from './drift.js';
import { foldCase } from './normal-sql.js';
import type { Adoption } from './plan.js';
import { readSchemaObjects, type SchemaObject } from './schema-object.js';
import { readStructure, type Structure } from './structure.js';
import { readTableDefinition } from './table-definition.js';

/** The schema of one version of a chain. */
export interface SchemaSnapshot {
  readonly version: number;
  readonly structure: Structure;
  readonly objects: readonly SchemaObject[];
}

/** What an adoption has to know of a file of the chain. */
export interface AdoptedFile {
  readonly version: number;
  /** Its statements, if they may run again and convert what a database may hold from before; empty otherwise. */
  readonly rerun: string;
  /** Whether any of its statements may change rows. */
  readonly changesRows: boolean;
}

export interface AdoptOptions {
  /** The files of the chain, in order; none has statements that may run again if they are left out. */
  readonly files?: readonly AdoptedFile[];
}

/** What a connection's database holds, as a version of a chain. */
export function takeSnapshot(connection: Connection, version: number): SchemaSnapshot {
  return { version, structure: readStructure(connection), objects: readSchemaObjects(connection) };
}

/**
 * Which version of a chain a database is like, and what makes it the same. It only reads.
 *
 * The version is the one with the fewest differences, and of those the lowest, so that files which change data only still
 * run. Tables that no version knows, and what is of them alone, are left as they are.
 *
 * @throws {AdoptError} when something is different that no repair may decide, or a repair would change values.
 */
export function planAdoption(connection: Connection, snapshots: readonly SchemaSnapshot[], options: AdoptOptions = {}): Adoption {
  const objects = readSchemaObjects(connection);
  const { ours, taken } = partOf(readStructure(connection), objects, snapshots);
  const candidates = snapshots.map((snapshot) => {
    const differences = compareStructures(ours, snapshot.structure);
    const hindrances = differences.filter((difference) => !isRepairable(difference, { found: ours, expected: snapshot.structure, taken }));
    return { snapshot, differences, hindrances };
  });
  const [closest] = candidates.sort(
    (a, b) =>
      a.hindrances.length - b.hindrances.length || a.differences.length - b.differences.length || a.snapshot.version - b.snapshot.version,
  );
  if (!closest) throw new UsageError('A chain without a file adopts no database. Add the file that creates its tables.');
  const { snapshot, differences, hindrances } = closest;
  const { version } = snapshot;
  if (hindrances.length > 0) throw new AdoptError('ADOPT_UNKNOWN', version, hindrances.map(describeDifference));
  if (differences.length === 0) return { version, repairs: [], script: '' };
  const losses = lossesOf(connection, objects, snapshot.objects, differences);
  if (losses.length > 0) throw new AdoptError('ADOPT_ROWS', version, losses);
  const script = `${conversions(connection, snapshot, snapshots, options)}${repairScript(connection, { objects, differences, expected: snapshot.objects })}`;
  return { version, repairs: differences.map(describeDifference), script };
}

/** What of a database a chain is about, and the names that the rest of it has. */
function partOf(
  found: Structure,
  objects: readonly SchemaObject[],
  snapshots: readonly SchemaSnapshot[],
): { ours: Structure; taken: Set<string> } {
  const known = new Set<string>();
  for (const { structure } of snapshots)
    for (const { kind, name } of structure.values()) if (kind === 'table' || kind === 'view') known.add(name);
  const owners = new Set([...known, ...viewsOver(objects, known).map(({ name }) => foldCase(name))]);
  const ours = new Map([...found].filter(([, { table }]) => owners.has(table)));
  const taken = new Set(objects.filter(({ table }) => !owners.has(foldCase(table))).map(({ name }) => foldCase(name)));
  return { ours, taken };
}

/**
 * The statements that convert rows before a repair to a version: those of its own files, and of later ones as long as these
 * leave the schema as it is, fit the tables that are there, and no file before them changes rows in another way. Those rows
 * are what they are about, and a repair must not meet them unconverted.
 */
function conversions(
  connection: Connection,
  { version }: SchemaSnapshot,
  snapshots: readonly SchemaSnapshot[],
  { files = [] }: AdoptOptions,
): string {
  let script = '';
  for (const file of files) {
    if (file.version > version) {
      const isMarked = file.rerun !== '';
      if (!isMarked && file.changesRows) break;
      if (isMarked && !(keepsSchema(file.version, snapshots) && compiles(connection, file.rerun))) break;
    }
    script += file.rerun;
  }
  return script;
}

function keepsSchema(version: number, snapshots: readonly SchemaSnapshot[]): boolean {
  const [before, after] = [version - 1, version].map((each) => snapshots.find((snapshot) => snapshot.version === each)?.structure);
  return before !== undefined && after !== undefined && compareStructures(before, after).length === 0;
}

function compiles(connection: Connection, sql: string): boolean {
  try {
    for (const { start, end } of splitScript(sql).statements) connection.check(sql.slice(start, end));
    return true;
  } catch (cause) {
    if (cause instanceof SqlError) return false;
    throw cause;
  }
}

/** Columns with values that another declared type would turn into other values. */
function lossesOf(
  connection: Connection,
  found: readonly SchemaObject[],
  expected: readonly SchemaObject[],
  differences: readonly Difference[],
): string[] {
  return differences.flatMap((difference) => {
    if (difference.expected?.kind !== 'column') return [];
    const { table, name } = difference.expected;
    const type = declaredType(expected, table, name);
    const affinity = affinityOf(type);
    if (affinityOf(declaredType(found, table, name)) === affinity) return [];
    const count = countLosses(connection, { table, name }, affinity);
    return count === 0 ? [] : [`${table}.${name} has ${count} value(s) that would be others with the type ${type || 'left out'}`];
  });
}

function declaredType(objects: readonly SchemaObject[], table: string, column: string): string {
  const object = objects.find(({ type, name }) => type === 'table' && foldCase(name) === table);
  const columns = object ? readTableDefinition(object.sql).columns : [];
  return columns.find(({ name }) => name === column)?.type ?? '';
}
