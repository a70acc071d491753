import { expect } from 'vitest';
import { UpgradePathError, type VerifyOptions, verifyUpgradePaths } from '../../src/testing.js';
import { filesOf } from '../migrate/run-chain.js';

/** The first file of the chains that are tried. */
export const NOTES: string = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT, at DATETIME)';

/** Verifies a chain of `NOTES` and these steps. */
export function verify(steps: string | string[], options: Partial<VerifyOptions> = {}): ReturnType<typeof verifyUpgradePaths> {
  return verifyUpgradePaths({ migrations: filesOf(NOTES, ...[steps].flat()), ...options });
}

/** The error with which it is refused. */
export async function failureOf(steps: string | string[], options: Partial<VerifyOptions> = {}): Promise<UpgradePathError> {
  const thrown = await verify(steps, options).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(UpgradePathError);
  return thrown as UpgradePathError;
}

export const COLUMNS: string = 'id INTEGER PRIMARY KEY, text TEXT NOT NULL, color TEXT, at DATETIME';
/** The SQL that puts a new table, filled by `insert`, in the place of `notes`. */
export const rebuild = (insert: string, columns: string = COLUMNS): string =>
  `CREATE TABLE new (${columns}); ${insert}; DROP TABLE notes; ALTER TABLE new RENAME TO notes`;
