import { ClosedError } from '../errors/database-error.js';
import { CorruptionError, UnknownOutcomeError } from '../errors/storage-error.js';
import { chunkCount, pagesFromChunks } from '../page/chunk.js';
import { HEADER_BYTES, readHeader } from '../page/header.js';
import { type Durability, META_KEY, type ReadRequest, type Storage, type WriteBatch, type WriteOutcome } from '../storage/storage.js';
import { BASE_SERIES, checkBase, chunkKey, encodeBase, INDEX_SERIES } from './base.js';
import { type Commit, decodeLog, encodeCommit, isRecordOf, logAfter, logUpTo, sizeOf } from './commit.js';
import type { Clock } from './environment.js';
import { foldCommits, planFold } from './fold.js';
import { type Meta, metaEntry, parseMeta } from './meta.js';
import { Watchdog } from './watchdog.js';

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
  readonly storage: Storage;
  readonly #watchdog: Watchdog;
  readonly #newId: () => string;
  #storeId = '';
  #checkpointSeq = 0;
  /** The log's commits that are known here, oldest first. */
  #sizes: { seq: number; bytes: number }[] = [];
  #bytes = 0;

  constructor({ storage, clock, newId }: CommitLogParts) {
    this.storage = storage;
    this.#watchdog = new Watchdog(clock);
    this.#newId = newId;
  }

  get storeId(): string {
    return this.#storeId;
  }

  /** Begins a store that holds `image`, unless another tab has just begun one; what is stored then, either way. */
  async create(image: Uint8Array): Promise<StoredImage> {
    const header = readHeader(image.subarray(0, HEADER_BYTES));
    if (!header) throw new CorruptionError(['image'], 'A database to begin with has no SQLite header');
    const meta = metaEntry({
      storeId: this.#newId(),
      pageSize: header.pageSize,
      checkpointSeq: 0,
      pageCount: image.length / header.pageSize,
    });
    await this.#write('opening', { durability: 'strict', adds: [...encodeBase(image, 0), meta] });
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
    const [stored, chunks, index, log] = await this.#read('opening', all);
    // Anything without a meta record is a store whose name is lost, and not ours to overwrite.
    const isEmpty = [chunks, index, log].every((records) => (records as unknown[]).length === 0);
    if (stored === undefined && isEmpty && this.#storeId === '') return undefined;
    const meta = this.#recognise(stored);
    const bytes = checkBase(meta, chunks as unknown[], index as unknown[]);
    const commits = decodeLog(valid(log as unknown[], meta), meta.checkpointSeq);
    this.#checkpointSeq = meta.checkpointSeq;
    this.#sizes = [];
    this.#bytes = 0;
    for (const commit of commits) this.#note(commit);
    const seq = meta.checkpointSeq + commits.length;
    return { pages: pagesFromChunks(bytes, meta.pageSize, meta.pageCount), pageSize: meta.pageSize, commits, seq };
  }

  /** What was committed after `seq`. @throws {ClosedError} when this is no longer the store that was opened. */
  async tail(seq: number): Promise<Tail> {
    const [stored, log] = await this.#read('catching up', [{ get: META_KEY }, { range: logAfter(seq) }]);
    const meta = this.#recognise(stored);
    if (meta.checkpointSeq > seq) return { reload: true };
    try {
      const commits = decodeLog(log as unknown[], seq);
      for (const commit of commits) this.#note(commit);
      return { commits };
    } catch (cause) {
      // A gap, or damage: what is wrong with the whole is for load() to find and name.
      if (cause instanceof CorruptionError) return { reload: true };
      throw cause;
    }
  }

  /**
   * Adds a commit to the line: one transaction, one `add` that decides.
   *
   * @returns whether it is in the line; if not, another tab was first and nothing of it counts.
   */
  async append(commit: Commit, durability: Durability): Promise<boolean> {
    const { isCommitted, meta } = await this.#write('committing', { durability, adds: encodeCommit(commit), ...this.#deletionGuard });
    if (!isCommitted) return false;
    const { checkpointSeq } = this.#recognise(meta);
    this.#checkpointSeq = Math.max(this.#checkpointSeq, checkpointSeq);
    // Its number was already folded away: the record is void, for every reader.
    if (checkpointSeq >= commit.seq) return false;
    this.#note(commit);
    return true;
  }

  /**
   * Finds out over a new connection whether a commit of unknown outcome is in the line.
   *
   * @throws {UnknownOutcomeError} when it cannot be told any more.
   */
  async isKept(commit: Commit): Promise<boolean> {
    this.storage.disconnect();
    const [stored, record] = await this.#read('looking for a commit', [{ get: META_KEY }, { get: ['log', commit.seq, 0] }]);
    const meta = this.#recognise(stored);
    // The record of a replacement is void from the start, and there only if all of it is.
    if (isRecordOf(commit, record)) return commit.pages.length === 0 || meta.checkpointSeq < commit.seq;
    if (meta.checkpointSeq < commit.seq) return false;
    throw new UnknownOutcomeError(`Commit ${commit.seq} was sent, and has been folded away or lost since. Read the database to see which.`);
  }

  /**
   * Replaces everything by `image`, as the commit `marker`, which has no pages.
   *
   * @returns whether it did; if not, another tab committed first.
   */
  async replace(image: Uint8Array, marker: Commit): Promise<boolean> {
    const { seq, pageSize } = marker;
    const count = chunkCount(image.length);
    const meta = metaEntry({
      storeId: this.#storeId,
      pageSize,
      checkpointSeq: seq,
      pageCount: image.length / pageSize,
    });
    const { isCommitted } = await this.#write('replacing the database', {
      durability: 'strict',
      guard: (stored) => this.#recognise(stored).checkpointSeq < seq,
      deletes: [
        { from: chunkKey(count), to: chunkKey(Number.POSITIVE_INFINITY) },
        { from: [...INDEX_SERIES, 0], to: [...INDEX_SERIES, Number.POSITIVE_INFINITY] },
        logUpTo(seq - 1),
      ],
      puts: [...encodeBase(image, seq), meta],
      // Whoever commits under this number too loses to it, or it loses to them.
      adds: encodeCommit(marker),
    });
    if (!isCommitted) return false;
    this.#checkpointSeq = seq;
    this.#forgetFolded();
    return true;
  }

  /** The size of the log. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the log has grown enough to fold some of it. */
  get isFoldDue(): boolean {
    return planFold(this.#sizes, this.#checkpointSeq) !== undefined;
  }

  /**
   * The checkpoint, one bounded step: moves the oldest commits of the log into the base, in one transaction.
   *
   * @returns whether it did; if not, nothing is due, or another tab folded meanwhile.
   * @throws {CorruptionError} when what it would fold is damaged; nothing is overwritten then.
   */
  async fold(): Promise<boolean> {
    const target = planFold(this.#sizes, this.#checkpointSeq);
    if (target === undefined) return false;
    const [stored, log] = await this.#read('folding the log', [
      { get: META_KEY },
      { range: { from: ['log', 0], to: ['log', target, Number.POSITIVE_INFINITY] } },
    ]);
    const meta = this.#recognise(stored);
    this.#checkpointSeq = meta.checkpointSeq;
    this.#forgetFolded();
    if (meta.checkpointSeq >= target) return false;
    const commits = decodeLog(valid(log as unknown[], meta), meta.checkpointSeq);
    if (meta.checkpointSeq + commits.length !== target)
      throw new CorruptionError([`log ${target}`], `Commit ${target} of the log is missing`);
    const folded = await foldCommits(meta, commits, (keys) =>
      this.#read(
        'folding the log',
        keys.map((get) => ({ get })),
      ),
    );
    const { isCommitted } = await this.#write('folding the log', {
      durability: 'relaxed',
      guard: (now) => this.#recognise(now).checkpointSeq === meta.checkpointSeq,
      deletes: [{ from: chunkKey(folded.chunks), to: chunkKey(Number.POSITIVE_INFINITY) }, logUpTo(target)],
      puts: [...folded.entries, metaEntry({ ...meta, checkpointSeq: target, pageCount: folded.pageCount })],
    });
    if (!isCommitted) return false;
    this.#checkpointSeq = target;
    this.#forgetFolded();
    return true;
  }

  /** IndexedDB closes the connections of whoever it deletes from; another storage is asked in each commit. */
  get #deletionGuard(): Pick<WriteBatch, 'guard'> {
    if (this.storage.kind === 'indexeddb') return {};
    return { guard: (stored) => this.#recognise(stored).storeId === this.#storeId };
  }

  #note(commit: Commit): void {
    if (commit.seq <= (this.#sizes.at(-1)?.seq ?? this.#checkpointSeq)) return;
    const bytes = sizeOf(commit);
    this.#sizes.push({ seq: commit.seq, bytes });
    this.#bytes += bytes;
  }

  #forgetFolded(): void {
    this.#sizes = this.#sizes.filter(({ seq }) => seq > this.#checkpointSeq);
    this.#bytes = this.#sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #recognise(stored: unknown): Meta {
    if (stored === undefined && this.#storeId !== '') throw new ClosedError('The stored database was deleted while it was open.');
    const meta = parseMeta(stored);
    if (this.#storeId === '') this.#storeId = meta.storeId;
    if (meta.storeId !== this.#storeId)
      throw new ClosedError('The stored database was deleted and made anew while this one was open. Open it again.');
    return meta;
  }

  #read(doing: string, requests: readonly ReadRequest[]): Promise<unknown[]> {
    return this.#watchdog.watch(doing, (alive) => this.storage.read(requests, alive));
  }

  #write(doing: string, batch: WriteBatch): Promise<WriteOutcome> {
    return this.#watchdog.watch(doing, (alive) => this.storage.write(batch, alive));
  }
}

/** The records that are not void. */
function valid(log: readonly unknown[], meta: Meta): unknown[] {
  return log.filter(
    (record) => typeof record !== 'object' || record === null || !('seq' in record) || Number(record.seq) > meta.checkpointSeq,
  );
}
