import { BackupError, StorageError, StorageFullError, UnknownOutcomeError } from '../errors/storage-error.js';
import { type Durability, META_KEY } from '../storage/storage.js';
import { type Backup, type BackupDraft, type BackupRecord, chunksOfBackup, shownBackup, withBackup } from './backup.js';
import { backupImage } from './backup-image.js';
import { BASE_SERIES, INDEX_SERIES } from './base.js';
import { type Commit, encodeCommit, logUpTo } from './commit.js';
import { copiesOf, copyByChunk, movedCopies } from './copy.js';
import { isSameMeta, type Meta, metaEntry } from './meta.js';
import { OVERTAKEN, untilNotOvertaken } from './overtaken.js';
import type { WatchedStorage } from './watched-storage.js';

/**
 * The backups of a store: states that can be read again. Making one writes its name; what it needs is kept when the base is
 * overwritten.
 */
export class BackupShelf {
  readonly #storage: WatchedStorage;

  constructor(storage: WatchedStorage) {
    this.#storage = storage;
  }

  /** The newest first. */
  async list(): Promise<Backup[]> {
    const { backups } = await this.#meta('listing the backups');
    return backups.map(shownBackup).reverse();
  }

  /**
   * Adds a commit, and with it, or not at all, a backup of the state before it.
   *
   * @returns whether they are kept; if not, another tab's commit was first.
   */
  append(commit: Commit, durability: Durability, draft: BackupDraft): Promise<boolean> {
    const adds = encodeCommit(commit);
    return untilNotOvertaken(async () => {
      const meta = await this.#meta('committing');
      if (meta.checkpointSeq >= commit.seq) return false;
      const { backups, gone } = withBackup(meta.backups, draft, commit.seq - 1);
      const deletes = gone.map(({ id }) => copiesOf(id));
      const outcome = await this.#storage.writeOnto(meta, 'committing', {
        durability,
        deletes,
        puts: [metaEntry({ ...meta, backups })],
        adds,
      });
      return outcome === 'overtaken' ? OVERTAKEN : outcome === 'committed';
    });
  }

  /**
   * The backup's file.
   *
   * @throws {BackupError} `BACKUP_UNKNOWN`
   * @throws {CorruptionError} that names what is damaged.
   */
  read(id: string): Promise<Uint8Array<ArrayBuffer>> {
    const doing = 'reading a backup';
    return untilNotOvertaken(async () => {
      const meta = await this.#meta(doing);
      const backup = recordOf(meta, id);
      const ids = meta.backups.slice(meta.backups.indexOf(backup)).map((each) => each.id);
      const [stored, chunks, index, log, ...copies] = await this.#storage.read(doing, [
        { get: META_KEY },
        { series: BASE_SERIES },
        { series: INDEX_SERIES },
        { range: logUpTo(backup.seq) },
        ...ids.map((each) => ({ range: copiesOf(each) })),
      ]);
      if (!isSameMeta(this.#storage.recognise(stored), meta)) return OVERTAKEN;
      return backupImage({
        meta,
        backup,
        chunks: chunks as unknown[],
        index: index as unknown[],
        log: log as unknown[],
        copies: ids.map((each, at) => ({ id: each, records: copies[at] as unknown[] })),
      });
    });
  }

  /**
   * Deletes a backup; the older ones stay whole.
   *
   * @throws {BackupError} `BACKUP_UNKNOWN`
   * @throws {UnknownOutcomeError} when it was sent, and the storage could not be asked what became of it.
   */
  async delete(id: string): Promise<void> {
    await untilNotOvertaken(() => this.#tryDelete(id));
  }

  async #tryDelete(id: string): Promise<typeof OVERTAKEN | undefined> {
    const doing = 'deleting a backup';
    const meta = await this.#meta(doing);
    const backup = recordOf(meta, id);
    const older = meta.backups[meta.backups.indexOf(backup) - 1];
    const ranges = older ? [copiesOf(id), copiesOf(older.id)] : [];
    const [own = [], olders = []] = await this.#storage.read(
      doing,
      ranges.map((range) => ({ range })),
    );
    // What the older one lacks had not been overwritten when the base reached this one: it reads this one's copies.
    const has = copyByChunk(olders as unknown[]);
    const moved = older ? movedCopies(own as unknown[], older.id, (chunk) => chunk < chunksOfBackup(older) && !has.has(chunk)) : [];
    const backups = meta.backups.filter((each) => each !== backup);
    try {
      const outcome = await this.#storage.writeOnto(meta, doing, {
        durability: 'relaxed',
        deletes: [copiesOf(id)],
        puts: [...moved, metaEntry({ ...meta, backups })],
      });
      return outcome === 'committed' ? undefined : OVERTAKEN;
    } catch (cause) {
      if (!(cause instanceof StorageError) || (await this.#has(id, cause))) throw cause;
      return undefined;
    }
  }

  /** Looks over a new connection whether a backup is there, after its deletion failed with `cause`. */
  async #has(id: string, cause: StorageError): Promise<boolean> {
    this.#storage.storage.disconnect();
    try {
      const { backups } = await this.#meta('looking for a backup');
      return backups.some((each) => each.id === id);
    } catch (second) {
      if (!(second instanceof StorageError)) throw second;
      // What was never sent is not done, and a full storage has aborted for certain.
      if (!cause.wasSent || cause instanceof StorageFullError) throw cause;
      throw new UnknownOutcomeError(
        `The deletion of backup ${id} was sent, its end was not seen, and the storage cannot be asked: the backup may be there or not. Call backups() once the storage works again.`,
        { cause },
      );
    }
  }

  async #meta(doing: string): Promise<Meta> {
    const [stored] = await this.#storage.read(doing, [{ get: META_KEY }]);
    return this.#storage.recognise(stored);
  }
}

function recordOf({ backups }: Meta, id: string): BackupRecord {
  const record = backups.find((each) => each.id === id);
  if (record) return record;
  const there = backups.length > 0 ? `There are ${backups.map((each) => each.id).join(', ')}` : 'There are none';
  throw new BackupError('BACKUP_UNKNOWN', `There is no backup of that id. ${there}.`);
}
