import type { Connection } from '../engine/connection.js';
import { ImportError, NewerSchemaError } from '../errors/database-error.js';
import { MigrationError } from '../errors/migration-error.js';
import type { SchemaSnapshot } from '../migrate/adopt.js';
import { byDropOrder, codeLabel, foreignCode, isDroppable, type KnownCode, readCode } from '../migrate/schema-code.js';
import type { Structure, StructureEntry } from '../migrate/structure.js';
import type { ImportOptions } from './database.js';
import type { Findings } from './examination.js';
import { lackingIn, type Upgrader } from './upgrade.js';

const MAX_NAMED = 8;

export interface JudgeParts {
  readonly upgrader: Upgrader;
  readonly current: () => Connection;
  /** What the header says. */
  readonly userVersion: number;
  readonly schemaVersion?: number;
  readonly foreignObjects: NonNullable<ImportOptions['foreignObjects']>;
}

/** The version of the chain that a file corresponds to. */
export interface FileVersion {
  readonly number: number;
  /** Whether the caller named it, because the file does not. */
  readonly isGiven: boolean;
}

export interface Judgement {
  /** Undefined of a file that is still to be adopted, and where there is no chain. */
  readonly version: FileVersion | undefined;
  readonly dropped: readonly StructureEntry[];
}

/**
 * Whether a file is of the chain, by its version and its schema, and what it has that is foreign.
 *
 * A file that says a version has to have what that version has, and no other code; one that says none is adopted, or is what the caller
 * says, and may have the code of any version until then.
 *
 * @throws {ImportError} {NewerSchemaError}
 */
export async function judge(findings: Findings, parts: JudgeParts): Promise<Judgement> {
  const { upgrader, current } = parts;
  if (upgrader.chain.length === 0)
    return { version: undefined, dropped: droppedOf(findings, { schemas: [], code: readCode(current()) }, parts) };
  const version = versionOf(findings.structure, parts);
  if (!version && findings.code.length === 0) return { version, dropped: [] };
  const snapshots = await snapshotsOf(upgrader);
  const snapshot = version && snapshots[version.number - 1];
  if (snapshot) refuseLacking(findings.structure, snapshot);
  const schemas = (snapshot ? [snapshot] : snapshots).map(({ structure }) => structure);
  return { version, dropped: droppedOf(findings, { schemas }, parts) };
}

function versionOf(structure: Structure, { upgrader, userVersion, schemaVersion }: JudgeParts): FileVersion | undefined {
  const head = upgrader.chain.length;
  if (userVersion > head) throw new NewerSchemaError(userVersion, head, 'file');
  if (userVersion < 0) {
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The file says schema version ${userVersion}, and versions count from 1. It is not of this chain.`,
    );
  }
  if (schemaVersion !== undefined && (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion > head))
    throw new ImportError('IMPORT_SCHEMA', `schemaVersion is to be a version of this chain, 1 to ${head}.`);
  if (userVersion > 0) return { number: userVersion, isGiven: false };
  const hasTables = [...structure.values()].some(({ kind }) => kind === 'table');
  return hasTables && schemaVersion !== undefined ? { number: schemaVersion, isGiven: true } : undefined;
}

function refuseLacking(structure: Structure, snapshot: SchemaSnapshot): void {
  const lacking = lackingIn(structure, snapshot);
  if (lacking.length === 0) return;
  throw new ImportError('IMPORT_SCHEMA', `The file says schema version ${snapshot.version} and is not of this chain: ${listOf(lacking)}.`);
}

/** @throws {ImportError} `IMPORT_FOREIGN` */
function droppedOf({ code }: Findings, known: KnownCode, { upgrader, foreignObjects }: JudgeParts): StructureEntry[] {
  if (foreignObjects === 'keep') return [];
  const foreign = foreignCode(code, known);
  const named = foreignObjects === 'drop' ? foreign.filter((entry) => !isDroppable(entry)) : foreign;
  if (named.length === 0) return byDropOrder(foreign);
  const labels = named.map(codeLabel);
  const owner = upgrader.chain.length > 0 ? 'the chain' : 'the database';
  const advice =
    foreignObjects === 'drop'
      ? 'It is a part of a table, and cannot be dropped'
      : "Pass foreignObjects: 'drop' to import the file without it";
  const message = `The file has code that ${owner} does not have, and that would run by itself: ${listOf(labels)}. ${advice}; 'keep' is for a file whose maker you trust.`;
  throw new ImportError('IMPORT_FOREIGN', message, { foreign: labels });
}

async function snapshotsOf(upgrader: Upgrader): Promise<SchemaSnapshot[]> {
  try {
    return await upgrader.snapshots();
  } catch (cause) {
    // What cannot be loaded now may be loaded later: the chain is not at fault.
    if (!(cause instanceof MigrationError) || cause.code === 'MIGRATION_LOAD') throw cause;
    throw new ImportError(
      'IMPORT_SCHEMA',
      `The chain itself fails on an empty database, so no file can be compared with it: ${cause.message}`,
      { cause },
    );
  }
}

function listOf(lines: readonly string[]): string {
  return `${lines.slice(0, MAX_NAMED).join('; ')}${lines.length > MAX_NAMED ? '; ...' : ''}`;
}
