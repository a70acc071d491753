import { ClosedError } from '../errors/database-error.js';
import { CorruptionError, UnknownOutcomeError } from '../errors/storage-error.js';
import { pagesFromChunks } from '../page/chunk.js';
import { HEADER_BYTES, readHeader } from '../page/header.js';
import { type Durability, META_KEY, type ReadRequest, type Storage, type WriteBatch } from '../storage/storage.js';
import type { BackupDraft } from './backup.js';
import { BackupShelf } from './backup-shelf.js';
import { BASE_SERIES, checkBase, encodeBase, INDEX_SERIES } from './base.js';
import { type Commit, decodeLog, encodeCommit, isRecordOf, logAfter, validRecords } from './commit.js';
import type { Clock } from './environment.js';
import { foldStep } from './fold-step.js';
import { restoredId } from './id.js';
import { LogSizes } from './log-sizes.js';
import { metaEntry } from './meta.js';
import { type MirrorStep, stepMirror } from './mirror-copy.js';
import { replaceBase } from './replacement.js';
import { WatchedStorage } from './watched-storage.js';

/** The database as it is stored: the pages of the base, and the commits to lay over them. */
export interface StoredImage {
  readonly pages: readonly Uint8Array[];
  readonly pageSize: number;
  readonly commits: readonly Commit[];
  readonly seq: number;
}

/** What is behind a `seq`: the commits to apply, or that the base has moved past it and must be loaded anew. */
export type Tail = { readonly commits: readonly Commit[] } | { readonly reload: true };

export interface CommitLogParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly newId: () => string;
}

/**
 * The line of commits in a storage, and the base that they are folded into. It knows nothing of SQLite: pages go in, pages
 * come out, each request watched.
 */
export class CommitLog {
  /** The states that are kept beside the present one. */
  readonly backups: BackupShelf;
  readonly #storage: WatchedStorage;
  readonly #newId: () => string;
  readonly #sizes = new LogSizes();

  constructor({ storage, clock, newId }: CommitLogParts) {
    this.#storage = new WatchedStorage(storage, clock);
    this.backups = new BackupShelf(this.#storage);
    this.#newId = newId;
  }

  get storage(): Storage {
    return this.#storage.storage;
  }

  get storeId(): string {
    return this.#storage.storeId;
  }

  /**
   * Begins a store that holds `image`, unless another tab has just begun one; what is stored then, either way. One that was
   * lost is brought back at the commit `seq`.
   */
  async create(image: Uint8Array, lost?: { readonly seq: number; readonly lostId: string }): Promise<StoredImage> {
    const header = readHeader(image.subarray(0, HEADER_BYTES));
    if (!header) throw new CorruptionError(['image'], 'A database to begin with has no SQLite header');
    const seq = lost?.seq ?? 0;
    const meta = metaEntry({
      storeId: lost ? restoredId(lost.lostId, this.#newId()) : this.#newId(),
      pageSize: header.pageSize,
      checkpointSeq: seq,
      pageCount: image.length / header.pageSize,
      backups: [],
    });
    await this.#storage.write('opening', { durability: 'strict', adds: [...encodeBase(image, seq), meta] });
    const stored = await this.load();
    if (!stored) throw new ClosedError('The database was deleted while it was being made. Open it again.');
    return stored;
  }

  /**
   * Everything, from one consistent state; undefined when nothing was ever stored under this name.
   *
   * @throws {CorruptionError} that names what is damaged.
   * @throws {ClosedError} when this is no longer the store that was opened.
   */
  async load(): Promise<StoredImage | undefined> {
    const all: ReadRequest[] = [{ get: META_KEY }, { series: BASE_SERIES }, { series: INDEX_SERIES }, { range: logAfter(0) }];
    const [stored, chunks, index, log] = await this.#storage.read('opening', all);
    // Anything without a meta record is a store whose name is lost, and not ours to overwrite.
    const isEmpty = [chunks, index, log].every((records) => (records as unknown[]).length === 0);
    if (stored === undefined && isEmpty && this.storeId === '') return undefined;
    const meta = this.#storage.recognise(stored);
    const bytes = checkBase(meta, chunks as unknown[], index as unknown[]);
    const commits = decodeLog(validRecords(log as unknown[], meta.checkpointSeq), meta.checkpointSeq);
    this.#sizes.begin(meta.checkpointSeq, commits);
    const seq = meta.checkpointSeq + commits.length;
    return { pages: pagesFromChunks(bytes, meta.pageSize, meta.pageCount), pageSize: meta.pageSize, commits, seq };
  }

  /** What was committed after `seq`. @throws {ClosedError} when this is no longer the store that was opened. */
  async tail(seq: number): Promise<Tail> {
    const [stored, log] = await this.#storage.read('catching up', [{ get: META_KEY }, { range: logAfter(seq) }]);
    const meta = this.#storage.recognise(stored);
    if (meta.checkpointSeq > seq) return { reload: true };
    try {
      const commits = decodeLog(log as unknown[], seq);
      for (const commit of commits) this.#sizes.note(commit);
      return { commits };
    } catch (cause) {
      // A gap, or damage: what is wrong with the whole is for load() to find and name.
      if (cause instanceof CorruptionError) return { reload: true };
      throw cause;
    }
  }

  /**
   * Adds a commit to the line: one transaction, one `add` that decides. With it goes the backup of the state before, if one is
   * given.
   *
   * @returns whether it is in the line; if not, another tab was first and nothing of it counts.
   */
  async append(commit: Commit, durability: Durability, backup?: BackupDraft): Promise<boolean> {
    const isKept = backup ? await this.backups.append(commit, durability, backup) : await this.#append(commit, durability);
    if (isKept) this.#sizes.note(commit);
    return isKept;
  }

  /**
   * Finds out over a new connection whether a commit of unknown outcome is in the line.
   *
   * @throws {UnknownOutcomeError} when it cannot be told any more.
   */
  async isKept(commit: Commit): Promise<boolean> {
    this.storage.disconnect();
    const [stored, record] = await this.#storage.read('looking for a commit', [{ get: META_KEY }, { get: ['log', commit.seq, 0] }]);
    const meta = this.#storage.recognise(stored);
    // The record of a replacement is void from the start, and there only if all of it is.
    if (isRecordOf(commit, record)) return commit.pages.length === 0 || meta.checkpointSeq < commit.seq;
    if (meta.checkpointSeq < commit.seq) return false;
    throw new UnknownOutcomeError(`Commit ${commit.seq} was sent, and has been folded away or lost since. Read the database to see which.`);
  }

  /**
   * Replaces everything by a file, as the commit `marker`, which has no pages. Backups stay, and what was there before becomes
   * one if `backup` is given.
   *
   * @returns whether it did; if not, another tab committed first.
   * @throws {CorruptionError} when what a backup needs of the base is damaged; nothing is overwritten then.
   */
  async replace(image: Uint8Array, marker: Commit, backup?: BackupDraft): Promise<boolean> {
    const isReplaced = await replaceBase(this.#storage, { image, marker, backup });
    if (isReplaced) this.#sizes.forgetFolded(marker.seq);
    return isReplaced;
  }

  /** The size of the log. */
  get bytes(): number {
    return this.#sizes.bytes;
  }

  /** Whether the log has grown enough to fold some of it. */
  get isFoldDue(): boolean {
    return this.#sizes.foldTarget !== undefined;
  }

  /**
   * The checkpoint, one bounded step: moves the oldest commits of the log into the base, in one transaction.
   *
   * @returns whether it did; if not, nothing is due, or another tab folded meanwhile.
   * @throws {CorruptionError} when what it would fold is damaged; nothing is overwritten then.
   */
  async fold(): Promise<boolean> {
    const target = this.#sizes.foldTarget;
    if (target === undefined) return false;
    const { checkpointSeq, hasFolded } = await foldStep(this.#storage.beside(), target);
    this.#sizes.forgetFolded(checkpointSeq);
    return hasFolded;
  }

  /**
   * Brings the mirror of this log forward, one bounded step. Throws as `stepMirror` does.
   */
  stepMirror(mirror: WatchedStorage, mayReplace: boolean): Promise<MirrorStep> {
    return stepMirror({ primary: this.#storage.beside(), mirror }, mayReplace);
  }

  async #append(commit: Commit, durability: Durability): Promise<boolean> {
    const batch = { durability, adds: encodeCommit(commit), ...this.#deletionGuard };
    const { isCommitted, meta } = await this.#storage.write('committing', batch);
    if (!isCommitted) return false;
    const { checkpointSeq } = this.#storage.recognise(meta);
    this.#sizes.forgetFolded(checkpointSeq);
    // Its number was already folded away: the record is void, for every reader.
    return checkpointSeq < commit.seq;
  }

  /** IndexedDB closes the connections of whoever it deletes from; another storage is asked in each commit. */
  get #deletionGuard(): Pick<WriteBatch, 'guard'> {
    if (this.storage.kind === 'indexeddb') return {};
    return { guard: (stored) => this.#storage.recognise(stored).storeId === this.storeId };
  }
}
