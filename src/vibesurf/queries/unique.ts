import { DuplicateNameError } from '../../errors/query-error.js';
import { ConstraintError } from '../../errors/sql-error.js';

/**
 * Runs a statement that gives a row a name.
 *
 * @throws {DuplicateNameError} when another row has it.
 */
export function naming<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (thrown) {
    const isTaken = thrown instanceof ConstraintError && thrown.kind === 'unique' && thrown.table !== undefined;
    throw isTaken ? new DuplicateNameError(thrown.table, thrown.columns.join(', '), { cause: thrown }) : thrown;
  }
}
