import type { Connection } from '../engine/connection.js';
import type { Engine } from '../engine/engine.js';
import { OpenTransaction, refusePromise } from '../engine/transaction.js';
import { MigrationError } from '../errors/migration-error.js';
import type { Finding } from '../lint/finding.js';
import { lintChain } from '../lint/lint-chain.js';
import type { LintFile } from '../lint/options.js';
import type { SchemaSnapshot } from '../migrate/adopt.js';
import { fingerprint } from '../migrate/fingerprint.js';
import { snapshotsOf } from '../migrate/snapshots.js';
import { type ChainFolder, chainOf, checksumsOf } from './chain-folder.js';
import { brokenLines, movedSchemas } from './lock-check.js';
import type { LockedLine } from './lock-file.js';

/** What is found in a folder of migrations. */
export interface CheckedChain {
  /** Those not suppressed. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
  readonly hasErrors: boolean;
  /** Names of files that have no line in the lock file. */
  readonly unlocked: readonly string[];
  /** The schema of each version, from 1; none when the chain does not run. */
  readonly snapshots: readonly SchemaSnapshot[];
  /** Their fingerprints. */
  readonly schemas: readonly string[];
}

/** Lints a folder, runs its chain on an empty database and compares both with the lock file. */
export async function checkChain(engine: Engine, folder: ChainFolder, locked: readonly LockedLine[]): Promise<CheckedChain> {
  const report = lintChain(engine, lintFiles(folder), {
    lock: locked,
    checksums: checksumsOf(folder),
    applyHook: (name, connection) => applyCode(folder, name, connection),
  });
  const findings = [...report.findings, ...brokenLines(locked)];
  let snapshots: readonly SchemaSnapshot[] = [];
  if (folder.files.length > 0) {
    try {
      snapshots = await snapshotsOf(engine, chainOf(folder));
    } catch (cause) {
      if (!(cause instanceof MigrationError)) throw cause;
      // What the lint found of the file says more.
      if (!findings.some((finding) => isError(finding) && finding.file === cause.file)) findings.push(failedStep(cause));
    }
  }
  const schemas = snapshots.map(({ structure }) => fingerprint(structure));
  findings.push(...movedSchemas(locked, schemas));
  const names = new Set(locked.map(({ name }) => name));
  const unlocked = folder.files.map(({ name }) => name).filter((name) => !names.has(name));
  return { findings, suppressed: report.suppressed, hasErrors: findings.some(isError), unlocked, snapshots, schemas };
}

/** What a thrown error of a step is among the findings: as L000, the rule that SQLite takes each statement. */
function failedStep({ file, line = 1, column = 1, message }: MigrationError): Finding {
  const why = message.replace(/^[^ ]+: /, '');
  return { rule: 'L000', severity: 'error', file, line, column, why, instead: 'Correct the file, or restore it if it was released.' };
}

export function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

function lintFiles({ files, strays }: ChainFolder): LintFile[] {
  return [
    ...files.map((file) => ('sql' in file ? { name: file.name, sql: file.sql } : { name: file.name, revision: file.code.revision })),
    // Of these only the name is looked at: where they would stand in the chain nobody knows.
    ...strays.map((name) => ({ name, revision: '' })),
  ];
}

function applyCode({ files }: ChainFolder, name: string, connection: Connection): void {
  const file = files.find((each) => each.name === name);
  if (!file || !('code' in file)) return;
  const tx = new OpenTransaction(connection);
  try {
    refusePromise(file.code.up(tx), 'up()');
    if (tx.rolledBackBy !== undefined) throw tx.rolledBackBy;
  } finally {
    tx.end();
    if (tx.changedSchema) connection.forgetSchema();
  }
}
