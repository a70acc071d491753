import { TabliteError } from './tablite-error.js';

export type AdoptErrorCode = 'ADOPT_UNKNOWN' | 'ADOPT_ROWS';

/** How many differences a message shows; `differences` has all of them. */
const SHOWN = 8;

/**
 * A database that was made without the chain cannot become one of it: it is like no version (`ADOPT_UNKNOWN`), or its rows
 * break what the version asks of them (`ADOPT_ROWS`). It is as it was.
 */
export class AdoptError extends TabliteError {
  override readonly name = 'AdoptError';
  readonly code: AdoptErrorCode;
  /** The version that it is closest to. */
  readonly closest: number;
  /** What is different from that version, or what the rows break. */
  readonly differences: readonly string[];

  constructor(code: AdoptErrorCode, closest: number, differences: readonly string[], options?: ErrorOptions) {
    const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more` : '';
    const shown = `${differences.slice(0, SHOWN).join('; ')}${more}`;
    super(
      code === 'ADOPT_UNKNOWN'
        ? `The database was made without this chain and is like no version of it. Compared with version ${closest}, the closest: ${shown}. Change the file so that it fits, or import it with schemaVersion if you know which version it is.`
        : `The database was made without this chain, and its rows do not fit version ${closest}, which it is like: ${shown}. Correct the rows in the file, or add statements that do to a file of the chain marked "-- migrate:adopt".`,
      options,
    );
    this.code = code;
    this.closest = closest;
    this.differences = differences;
  }
}
