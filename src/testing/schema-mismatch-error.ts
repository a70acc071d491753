import { TabliteError } from '../errors/tablite-error.js';

/** How many differences a message shows; `differences` has all of them. */
const SHOWN = 8;

/** A database has another schema than the test says. */
export class SchemaMismatchError extends TabliteError {
  override readonly name = 'SchemaMismatchError';
  readonly code = 'SCHEMA_MISMATCH';
  /** Fingerprints. */
  readonly found: string;
  readonly expected: string;
  /** What is different, where a chain was given to compare with; none where there was only a fingerprint. */
  readonly differences: readonly string[];

  constructor({ found, expected, differences }: Pick<SchemaMismatchError, 'found' | 'expected' | 'differences'>) {
    const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more` : '';
    super(
      differences.length > 0
        ? `The schema is not that of the chain: ${differences.slice(0, SHOWN).join('; ')}${more}. Correct the file that makes it, or the expectation.`
        : `The schema's fingerprint is ${found}, expected ${expected}. expectSchema(db, { migrations }) lists the differences; if the change is meant, expect the new fingerprint.`,
    );
    this.found = found;
    this.expected = expected;
    this.differences = differences;
  }
}
