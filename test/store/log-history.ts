import { expect } from 'vitest';
import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import type { BackupDraft } from '../../src/store/backup.js';
import { CommitLog } from '../../src/store/commit-log.js';
import { foldTo } from '../../src/store/fold-step.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { FaultyStorage, ManualClock } from './fakes.js';
import { commitOf, PageFile } from './page-file.js';

/** One history: a line of commits with its backups, and what each of them has to read as. */
export class LogHistory {
  readonly storage: FaultyStorage;
  readonly log: CommitLog;
  file: PageFile;
  /** Oldest first. */
  backups: { id: string; seq: number; sum: number }[] = [];
  now = 0;

  constructor(pageSize = 4096, pageCount = 20, storage: Storage = memoryStorage()) {
    this.storage = new FaultyStorage(storage);
    this.log = new CommitLog({ storage: this.storage, clock: new ManualClock(), newId: () => 'store' });
    this.file = new PageFile(pageSize, pageCount);
  }

  async begin(): Promise<this> {
    await this.log.load();
    await this.log.create(this.file.image);
    return this;
  }

  get draft(): BackupDraft {
    const { pageSize, pageCount } = this.file;
    // Two in a row have the same name, to begin with.
    const createdAt = `time ${Math.floor(this.now++ / 2)}`;
    return { reason: 'migration', schemaVersion: 1, createdAt, pageSize, pageCount };
  }

  async commit(pages: readonly number[], { pageCount, isBacked = false }: { pageCount?: number; isBacked?: boolean } = {}): Promise<void> {
    const { commit, accept } = this.file.next(pages, pageCount);
    const before = { seq: this.file.seq, sum: checksum(this.file.image) };
    expect(await this.log.append(commit, 'relaxed', isBacked ? this.draft : undefined)).toBe(true);
    accept();
    if (isBacked) await this.note(before);
  }

  async replace(file: PageFile, isBacked: boolean): Promise<void> {
    const { seq } = this.file;
    const before = { seq, sum: checksum(this.file.image) };
    const marker = commitOf(seq + 1, file.pageSize, []);
    expect(await this.log.replace(file.image, marker, isBacked ? this.draft : undefined)).toBe(true);
    file.seq = seq + 1;
    this.file = file;
    if (isBacked) await this.note(before);
  }

  async note(backup: { seq: number; sum: number }): Promise<void> {
    const [newest] = await this.log.backups.list();
    this.backups = [...this.backups, { ...backup, id: newest?.id ?? '' }].slice(-3);
  }

  async fold(seq: number): Promise<void> {
    await foldTo(new WatchedStorage(this.storage, new ManualClock()), Math.min(seq, this.file.seq));
  }

  async delete(at: number): Promise<void> {
    const [gone] = this.backups.splice(at, 1);
    if (gone) await this.log.backups.delete(gone.id);
  }

  /** Every backup is what it was, and so is the database. */
  async check(): Promise<void> {
    const shown = await this.log.backups.list();
    expect(shown.map(({ id }) => id)).toEqual(this.backups.map(({ id }) => id).reverse());
    const sums = [];
    for (const { id } of this.backups) sums.push(checksum(await this.log.backups.read(id)));
    expect(sums).toEqual(this.backups.map(({ sum }) => sum));
    const [copies] = (await this.storage.read([{ range: { from: ['copy'], to: ['copy', '~'] } }])) as [unknown[]];
    let needed = 0;
    for (const { id, bytes } of shown) {
      const ends = { from: ['copy', id], to: ['copy', id, Math.ceil(bytes / 32_768) - 1] };
      needed += ((await this.storage.read([{ range: ends }]))[0] as unknown[]).length;
    }
    expect(copies).toHaveLength(needed);
    const stored = await this.log.load();
    const pages = [...(stored?.pages ?? [])];
    for (const commit of stored?.commits ?? []) for (const [page, bytes] of commit.pages) pages[page] = bytes;
    const sum = pages.slice(0, this.file.pageCount).reduce((before, bytes) => checksum(bytes, before), 0);
    expect({ seq: stored?.seq, sum }).toEqual({ seq: this.file.seq, sum: checksum(this.file.image) });
  }
}
