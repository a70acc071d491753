import { chunkCount } from '../page/chunk.js';

/** Backups that are kept; a newer one takes the place of the oldest. */
const KEPT_BACKUPS = 3;

/** What a backup was made before: the chain's steps, or the restoring of another backup. */
export type BackupReason = 'migration' | 'restore';

/** What whoever asks for a backup says of the state that it keeps. */
export interface BackupNote {
  readonly reason: BackupReason;
  readonly schemaVersion: number;
}

/** A backup that is to be kept with the next commit. */
export interface BackupDraft extends BackupNote {
  /** ISO 8601, in UTC. */
  readonly createdAt: string;
  readonly pageSize: number;
  /** Pages of the file. */
  readonly pageCount: number;
}

/** A backup as the meta record lists it: the database as it was after commit `seq`. */
export interface BackupRecord extends BackupDraft {
  readonly id: string;
  readonly seq: number;
}

/** A backup as it is shown. */
export interface Backup {
  readonly id: string;
  readonly schemaVersion: number;
  /** ISO 8601, in UTC. */
  readonly createdAt: string;
  readonly reason: BackupReason;
  /** The size of the file. */
  readonly bytes: number;
}

export function shownBackup({ id, schemaVersion, createdAt, reason, pageSize, pageCount }: BackupRecord): Backup {
  return { id, schemaVersion, createdAt, reason, bytes: pageSize * pageCount };
}

/** How many chunks a backup's file takes. */
export function chunksOfBackup({ pageCount, pageSize }: BackupRecord): number {
  return chunkCount(pageCount * pageSize);
}

/** The list, oldest first, with a backup of the state after commit `seq`, and those that go for it. */
export function withBackup(
  backups: readonly BackupRecord[],
  draft: BackupDraft,
  seq: number,
): { backups: readonly BackupRecord[]; gone: readonly BackupRecord[] } {
  const { reason, schemaVersion, createdAt, pageSize, pageCount } = draft;
  const name = `v${schemaVersion}-${createdAt}`;
  let id = name;
  for (let n = 2; backups.some((other) => other.id === id); n++) id = `${name}-${n}`;
  const all = [...backups, { id, seq, schemaVersion, createdAt, reason, pageSize, pageCount }];
  return { backups: all.slice(-KEPT_BACKUPS), gone: all.slice(0, -KEPT_BACKUPS) };
}

/** The backup that gets a copy of what is overwritten in a base at `checkpointSeq`: the newest that the base has reached. */
export function keeperOf(backups: readonly BackupRecord[], checkpointSeq: number): BackupRecord | undefined {
  return backups.findLast(({ seq }) => seq <= checkpointSeq);
}

/** The commit at which a fold has to stop, so that the base is once exactly what the next backup is. */
export function foldLimit(backups: readonly BackupRecord[], checkpointSeq: number): number {
  return backups.find(({ seq }) => seq > checkpointSeq)?.seq ?? Number.POSITIVE_INFINITY;
}

/** Whether these are backups as the meta record lists them: each a later state than the one before. */
export function isBackupList(value: unknown): value is readonly BackupRecord[] {
  return Array.isArray(value) && value.every((record, at) => isBackupRecord(record) && (at === 0 || record.seq > value[at - 1].seq));
}

function isBackupRecord(value: unknown): value is BackupRecord {
  const record = value as Partial<BackupRecord> | null | undefined;
  if (typeof record !== 'object' || record === null) return false;
  const { id, seq, schemaVersion, createdAt, reason, pageSize, pageCount } = record;
  return (
    // Newer code may know more reasons; to it the store is no less whole.
    [id, createdAt, reason].every((text) => typeof text === 'string') &&
    [seq, schemaVersion, pageSize, pageCount].every((count) => Number.isSafeInteger(count))
  );
}
