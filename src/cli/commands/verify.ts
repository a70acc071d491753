import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { migrationsOf } from '../../authoring/chain-folder.js';
import { UsageError } from '../../errors/database-error.js';
import type { Seed } from '../../testing/fill-tables.js';
import { verifyUpgradePaths } from '../../testing/verify-upgrade-paths.js';
import { readyChain } from '../chain.js';
import type { Command, Invocation } from '../command.js';

export const verify: Command = {
  name: 'verify',
  summary: 'upgrade a database from every version, with rows in every table',
  details: ['--seed names a JSON file, an object of lists of rows by table, for tables whose constraints no made-up row satisfies.'],
  options: { seed: { value: '<file.json>', summary: 'rows to use instead of made-up ones' } },
  async run(invocation) {
    const [{ folder }, seed] = await Promise.all([readyChain(invocation.folder), readSeed(invocation)]);
    const report = await verifyUpgradePaths({ migrations: migrationsOf(folder.files), ...(seed && { seed }) });
    return { isFine: true, json: { paths: report.paths }, text: String(report) };
  },
};

/** @throws {UsageError} when it is no object of lists of rows. */
async function readSeed({ options, io }: Invocation): Promise<Seed | undefined> {
  const path = options['seed'];
  if (path === undefined) return undefined;
  try {
    const seed: unknown = JSON.parse(await readFile(resolve(io.cwd, String(path)), 'utf8'));
    if (isSeed(seed)) return seed;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--seed: the file could not be read: ${reason}`, { cause });
  }
  throw new UsageError('--seed takes a JSON file with an object of lists of rows by table: { "tasks": [{ "id": 1 }] }.');
}

function isSeed(seed: unknown): seed is Seed {
  const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  return isRow(seed) && Object.values(seed as object).every((rows) => Array.isArray(rows) && rows.every(isRow));
}
