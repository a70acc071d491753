import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Connection } from '../../engine/connection.js';
import { TabliteError } from '../../errors/tablite-error.js';
import { differences } from '../../migrate/differences.js';
import { fingerprint } from '../../migrate/fingerprint.js';
import type { HistoryEntry } from '../../migrate/history.js';
import type { Adoption, UpgradePlan } from '../../migrate/plan.js';
import { readStanding, runPlan } from '../../migrate/run.js';
import { readStructure } from '../../migrate/structure.js';
import { type ReadyChain, readyChain } from '../chain.js';
import type { Command } from '../command.js';
import { readSqliteFile } from '../sqlite-file.js';

export const status: Command = {
  name: 'status',
  argument: '<file.sqlite>',
  summary: 'say where a SQLite file stands, and whether its schema is that of its version',
  details: ['Exit code 1 when the schema differs, or the file cannot be brought forward.'],
  options: {},
  async run({ folder, argument, io }) {
    const ready = await readyChain(folder);
    const { connection, path } = await readSqliteFile(ready.engine, argument, io);
    try {
      const { schemaVersion: version, history } = readStanding(connection);
      const schema = await compared(connection, version, ready);
      const { pending, adoption, problem } = await ahead(connection, ready);
      const backups = await backupsOf(path);
      const found: Found = { version, head: ready.chain.length, history, pending, adoption, problem, schema, backups };
      return { isFine: problem === undefined && (schema?.drift.length ?? 0) === 0, json: found, text: textOf(found) };
    } finally {
      connection.close();
    }
  },
};

interface Found {
  readonly version: number;
  readonly head: number;
  readonly history: readonly HistoryEntry[];
  /** Names of the files to come. */
  readonly pending: readonly string[];
  /** What is to be done with a file that was made without the chain. */
  readonly adoption: Adoption | undefined;
  /** Why it cannot be brought forward. */
  readonly problem: string | undefined;
  readonly schema: Comparison | undefined;
  /** Copies beside the file, by name. */
  readonly backups: readonly string[];
}

interface Comparison {
  readonly fingerprint: string;
  /** The lock file's for the version; the chain's own where it has none. */
  readonly expected: string;
  readonly drift: readonly string[];
}

async function ahead(connection: Connection, { upgrader }: ReadyChain): Promise<Pick<Found, 'pending' | 'adoption' | 'problem'>> {
  let plan: UpgradePlan | undefined;
  try {
    plan = await upgrader.plan(() => connection);
    // On the copy in memory: rows may stand in the way of what the schema allows.
    await runPlan(connection, plan, { now: Date.now });
    return { pending: plan.steps.map(({ name }) => name), adoption: plan.adoption, problem: undefined };
  } catch (thrown) {
    // A file that cannot be brought forward is what is asked about here, not a failure.
    if (!(thrown instanceof TabliteError)) throw thrown;
    return { pending: plan?.steps.map(({ name }) => name) ?? [], adoption: plan?.adoption, problem: thrown.message };
  }
}

/** Undefined of a file that no version of the chain made. */
async function compared(connection: Connection, version: number, { upgrader, locked }: ReadyChain): Promise<Comparison | undefined> {
  const snapshot = (await upgrader.snapshots())[version - 1];
  if (!snapshot) return undefined;
  const structure = readStructure(connection);
  const expected = locked[version - 1]?.schema ?? fingerprint(snapshot.structure);
  const found = fingerprint(structure);
  if (found === expected) return { fingerprint: found, expected, drift: [] };
  const drift = differences(structure, snapshot.structure);
  const unexplained = 'the chain makes another schema here than its lock file says: run `npx tablite lint`';
  return { fingerprint: found, expected, drift: drift.length > 0 ? drift : [unexplained] };
}

async function backupsOf(path: string): Promise<string[]> {
  const names = await readdir(dirname(path));
  return names.filter((name) => name.startsWith(`${basename(path)}.v`) && name.endsWith('.bak')).sort();
}

function textOf({ version, head, history, pending, adoption, problem, schema, backups }: Found): string {
  const drift = schema?.drift ?? [];
  const applied = history.map((entry) => `  ${entry.name}  ${entry.appliedAt}  ${Math.round(entry.durationMs)} ms`);
  const asExpected = schema ? [`Schema: as version ${version} makes it (${schema.fingerprint}).`] : [];
  const differing = [`Schema: differs from version ${version} (${schema?.fingerprint}, expected ${schema?.expected}):`];
  return [
    `Version ${version} of ${head}.`,
    ...(problem === undefined ? [] : [`Cannot be brought forward: ${problem}`]),
    ...(history.length > 0 ? ['History:', ...applied] : ['No history: the file was not made by Tablite.']),
    ...(adoption ? adoptionLines(adoption) : []),
    ...(pending.length > 0 ? ['Pending:', ...pending.map((name) => `  ${name}`)] : []),
    ...(drift.length > 0 ? [...differing, ...drift.map((line) => `  ${line}`)] : asExpected),
    ...(backups.length > 0 ? ['Copies beside it:', ...backups.map((name) => `  ${name}`)] : []),
  ].join('\n');
}

function adoptionLines({ version, repairs }: Adoption): string[] {
  if (repairs.length === 0) return [`Made without the chain, and as version ${version} makes it.`];
  return [`Made without the chain, and like version ${version} but for what is repaired:`, ...repairs.map((repair) => `  ${repair}`)];
}
