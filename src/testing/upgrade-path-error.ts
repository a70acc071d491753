import { TabliteError } from '../errors/tablite-error.js';

export type UpgradePathErrorCode = 'UPGRADE_SCHEMA' | 'UPGRADE_ROWS' | 'UPGRADE_SEED';

/** How many differences a message shows; `differences` has all of them. */
const SHOWN = 8;

const ADVICE: Readonly<Record<UpgradePathErrorCode, string>> = {
  UPGRADE_SCHEMA: 'A step makes another schema where there are rows: make it do the same on every database.',
  UPGRADE_ROWS:
    'No step says so: rows may go by a DELETE, and values change by an UPDATE or by an expression of the copy. Correct the step, or say in a statement what is meant.',
  UPGRADE_SEED: 'Pass rows that fit, as seed: { table: [{ column: value }] }.',
};

export interface UpgradePathFacts {
  readonly from: number;
  readonly table?: string;
  readonly differences: readonly string[];
}

/**
 * An upgrade does not do what the chain promises: it ends with another schema than a fresh database (`UPGRADE_SCHEMA`), or
 * with other rows than it began with (`UPGRADE_ROWS`); or a table could not be filled (`UPGRADE_SEED`).
 */
export class UpgradePathError extends TabliteError {
  override readonly name = 'UpgradePathError';
  readonly code: UpgradePathErrorCode;
  /** The version that the upgrade began at. */
  readonly from: number;
  /** The table that it is about; undefined where it is about the schema. */
  readonly table: string | undefined;
  /** What is different, in lines without any value. */
  readonly differences: readonly string[];

  constructor(code: UpgradePathErrorCode, { from, table, differences }: UpgradePathFacts, options?: ErrorOptions) {
    const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more` : '';
    const doing = code === 'UPGRADE_SEED' ? 'Filling a database of version' : 'Upgrading from version';
    super(`${doing} ${from}: ${differences.slice(0, SHOWN).join('; ')}${more}. ${ADVICE[code]}`, options);
    this.code = code;
    this.from = from;
    this.table = table;
    this.differences = differences;
  }
}
