import type { Database } from '../database/database.js';
import { UsageError } from '../errors/database-error.js';
import { type Migrations, readChain } from '../migrate/chain.js';
import { differences } from '../migrate/differences.js';
import { fingerprint } from '../migrate/fingerprint.js';
import { readStructure, type Structure } from '../migrate/structure.js';
import { chainStates } from './chain-state.js';
import { pageEngine, readDetached } from './detached.js';
import { SchemaMismatchError } from './schema-mismatch-error.js';

/** A version of a chain, by default its head. */
export interface ExpectedSchema {
  readonly migrations: Migrations;
  readonly version?: number;
}

/** 16 hexadecimal digits that are the same for equal schemas, however their SQL was written and in whatever steps they came to be. */
export async function schemaFingerprint(db: Database): Promise<string> {
  return fingerprint(await readDetached(db, readStructure));
}

/**
 * Resolves when a database has the schema of a fingerprint, or of a version of a chain.
 *
 * @throws {SchemaMismatchError} with the differences, which only a chain can tell.
 * @throws {MigrationError} when the chain fails on an empty database.
 * @throws {UsageError} when it has no such version.
 */
export async function expectSchema(db: Database, expected: string | ExpectedSchema): Promise<void> {
  const found = await readDetached(db, readStructure);
  if (typeof expected === 'string') {
    if (fingerprint(found) !== expected) throw new SchemaMismatchError({ found: fingerprint(found), expected, differences: [] });
    return;
  }
  const structure = await structureOf(expected);
  const lines = differences(found, structure);
  if (lines.length > 0) throw new SchemaMismatchError({ found: fingerprint(found), expected: fingerprint(structure), differences: lines });
}

async function structureOf({ migrations, version }: ExpectedSchema): Promise<Structure> {
  const chain = readChain(migrations);
  const to = version ?? chain.length;
  const state = Number.isInteger(to) && to >= 0 && to <= chain.length ? (await chainStates(await pageEngine(), chain, to))[to] : undefined;
  if (!state) throw new UsageError(`version is to be a version of the chain, 0 to ${chain.length}.`);
  return state.structure;
}
