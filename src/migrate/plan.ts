import { UsageError } from '../errors/database-error.js';
import { MigrationError } from '../errors/migration-error.js';
import type { Migration } from './chain.js';
import type { HistoryEntry } from './history.js';

/** What the chain is planned against. */
export interface Standing {
  readonly schemaVersion: number;
  readonly history: readonly HistoryEntry[];
  /** Whether there is any table that is not SQLite's or Tablite's own. */
  readonly hasTables: boolean;
}

/** How a database that was made without the chain becomes one of it. */
export interface Adoption {
  /** The version that it corresponds to. */
  readonly version: number;
  /** What is different from that version, and repaired; none when it fits as it is. */
  readonly repairs: readonly string[];
  /** The SQL of the repair; empty when there is none. */
  readonly script: string;
}

/** A step, before it is run. */
export type PlannedStep = Pick<Migration, 'version' | 'name' | 'checksum'>;

/** The steps from one version to another, in order; none when there is nothing to do. Prints well. */
export interface Plan {
  readonly from: number;
  readonly to: number;
  readonly adoption: Adoption | undefined;
  readonly steps: readonly PlannedStep[];
  toString(): string;
}

/** A plan that can be run. */
export class UpgradePlan implements Plan {
  readonly from: number;
  readonly to: number;
  readonly adoption: Adoption | undefined;
  readonly steps: readonly Migration[];

  constructor(from: number, steps: readonly Migration[], adoption?: Adoption) {
    this.from = from;
    this.to = steps.at(-1)?.version ?? adoption?.version ?? from;
    this.adoption = adoption;
    this.steps = steps;
  }

  /** Whether there is nothing to do. */
  get isEmpty(): boolean {
    return this.steps.length === 0 && this.adoption === undefined;
  }

  toString(): string {
    if (this.isEmpty) return `At version ${this.from}: nothing to do.`;
    const width = String(this.to).length;
    const line = (version: number, text: string) => `  ${String(version).padStart(width)}  ${text}`;
    const { adoption } = this;
    const adopted = adoption && [
      line(adoption.version, `adopted, ${adoption.repairs.length === 0 ? 'as it is' : `${adoption.repairs.length} differences repaired:`}`),
      ...adoption.repairs.map((repair) => `${' '.repeat(width + 4)}${repair}`),
    ];
    const steps = this.steps.map(({ version, name }) => line(version, name));
    return [`From version ${this.from} to ${this.to}:`, ...(adopted ?? []), ...steps].join('\n');
  }
}

export interface PlanOptions {
  /** The version to go to; the head of the chain by default. */
  readonly to?: number;
  /** For a database that has tables and schema version 0. */
  readonly adoption?: Adoption;
}

/**
 * The steps that bring a database forward. Nothing is run or read: files and history in, steps out.
 *
 * @throws {MigrationError} when an applied file was edited or renamed, or the version was set back.
 * @throws {UsageError} when `to` is no version of the chain, or an earlier one than the database's.
 */
export function planUpgrade(chain: readonly Migration[], standing: Standing, options: PlanOptions = {}): UpgradePlan {
  const { schemaVersion, history } = standing;
  const [head] = chain;
  if (head && schemaVersion < 0) {
    const message = `the database says schema version ${schemaVersion}, and versions count from 1: it was not made by this chain. Nothing was changed.`;
    throw new MigrationError('MIGRATION_ORDER', { file: head.name }, message);
  }
  for (const entry of history) checkApplied(entry, chain, schemaVersion);
  const { adoption } = options;
  const from = adoption?.version ?? schemaVersion;
  const to = options.to ?? chain.length;
  if (options.to !== undefined && (!Number.isInteger(to) || to < from || to > chain.length))
    throw new UsageError(`to is to be a version from ${from}, where the database is, to ${chain.length}: a chain runs forward only.`);
  return new UpgradePlan(schemaVersion, chain.slice(from, to), adoption);
}

function checkApplied(entry: HistoryEntry, chain: readonly Migration[], schemaVersion: number): void {
  const file = chain[entry.version - 1];
  // A version above the head is the newer code's; the caller asks about that first.
  if (!file) return;
  if (entry.version > schemaVersion) {
    throw new MigrationError(
      'MIGRATION_ORDER',
      { file: entry.name },
      `the database applied this file, and says schema version ${schemaVersion}: PRAGMA user_version was set back by hand. Set it to ${entry.version} again with the tool that did, or restore a backup.`,
    );
  }
  if (file.name !== entry.name) {
    throw new MigrationError(
      'MIGRATION_MISSING',
      { file: entry.name },
      `the database applied this file as version ${entry.version}, and the chain has ${file.name} there. Restore the file and give the new one the next free number. (A file that only you have seen: deleteDatabase() and begin anew.)`,
    );
  }
  if (file.checksum !== entry.checksum) {
    throw new MigrationError(
      'MIGRATION_EDITED',
      { file: file.name },
      `changed after this database applied it (checksum ${entry.checksum.slice(0, 12)}, now ${file.checksum.slice(0, 12)}). Released migrations are frozen: restore the file and put the change in a new one. (A file that only you have seen: deleteDatabase() and begin anew.)`,
    );
  }
}
