import type { Connection } from '../engine/connection.js';
import type { SealedPages } from '../engine/paged-file.js';
import type { Durability } from '../storage/storage.js';
import type { BackupNote } from './backup.js';
import type { LiveReplica } from './live-replica.js';

/** What became of something that was to be one commit. If it is not kept, another tab was first, and it is undone. */
export interface Attempt<Result> {
  readonly isKept: boolean;
  readonly result: Result;
}

/** Several transactions that are kept as one commit. */
export interface Steps<Result> {
  readonly durability: Durability;
  readonly run: (connection: Connection) => Promise<Result>;
  /** Called once `run` has changed something: says of the state before that it is to become a backup, or that it is not. */
  readonly backup?: (() => BackupNote | undefined) | undefined;
}

/** Attempts it on the newest state until it is kept. */
export async function untilKept<Result>(live: LiveReplica, attempt: () => Promise<Attempt<Result>>): Promise<Result> {
  for (;;) {
    await live.connect();
    live.refuse();
    const { isKept, result } = await attempt();
    if (isKept) return result;
    await live.loseTo();
  }
}

/** Runs the steps on a replica that nobody else writes to meanwhile; what they throw undoes everything. */
export async function attemptSteps<Result>(live: LiveReplica, { durability, run, backup }: Steps<Result>): Promise<Attempt<Result>> {
  let sealed: SealedPages | undefined;
  try {
    const before = live.backupOf();
    const result = await run(live.connection);
    sealed = live.connection.file.seal();
    const note = sealed.pages.length > 0 ? backup?.() : undefined;
    const isKept = await live.keep({ sealed, durability, tables: 'all', backup: note && { ...before, ...note } });
    if (!isKept) live.undo(sealed);
    return { isKept, result };
  } catch (thrown) {
    live.undo(sealed);
    // Of a database that was taken away meanwhile, SQLite would only say that it is closed.
    void live.connection;
    throw thrown;
  }
}
