import { ClosedError, ConstraintError, OutdatedError, StorageFullError, UnknownOutcomeError } from '../index.js';

/** What to do about a task that was not saved. What was typed is still in the form, whatever the error. */
export function adviceFor(thrown: unknown): string {
  if (thrown instanceof ConstraintError) return 'Nothing was saved. Change the value that it names and save again.';
  if (thrown instanceof StorageFullError) return 'Nothing was saved. Free some space and save again: what you typed is still here.';
  if (thrown instanceof UnknownOutcomeError) return 'Look at the table before you save again: it may have been saved.';
  if (thrown instanceof OutdatedError || thrown instanceof ClosedError)
    return 'Nothing was saved. What you typed is still here: copy it, then reload the page.';
  return 'Nothing was saved. What you typed is still here: save again.';
}
