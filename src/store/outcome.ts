import { ClosedError } from '../errors/database-error.js';
import { StorageError, StorageFullError, UnknownOutcomeError } from '../errors/storage-error.js';
import type { Commit } from './commit.js';
import type { CommitLog } from './commit-log.js';

/**
 * Sends a commit, and finds an unknown outcome out: over a new connection it looks whether the record is there.
 *
 * @returns whether it is kept; if not, another tab was first.
 * @throws {StorageError} when it is surely not kept.
 * @throws {UnknownOutcomeError} when the storage could not be asked.
 */
export async function sendSurely(log: CommitLog, commit: Commit, send: () => Promise<boolean>): Promise<boolean> {
  try {
    return await send();
  } catch (cause) {
    // A full storage has aborted for certain.
    if (cause instanceof StorageFullError || cause instanceof ClosedError) throw cause;
    if (await isKept(log, commit, cause)) return true;
    throw cause;
  }
}

async function isKept(log: CommitLog, commit: Commit, cause: unknown): Promise<boolean> {
  try {
    return await log.isKept(commit);
  } catch (second) {
    if (second instanceof ClosedError || second instanceof UnknownOutcomeError) throw second;
    // What was never sent is not kept. An abort proves nothing: a lost connection aborts here what may be stored there.
    if (cause instanceof StorageError && !cause.wasSent) throw cause;
    throw new UnknownOutcomeError(
      `Commit ${commit.seq} was sent, its end was not seen, and the storage cannot be asked: it may or may not be kept. Call refresh() once the storage works again.`,
      { cause },
    );
  }
}
