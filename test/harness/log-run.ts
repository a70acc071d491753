import { BackupError } from '../../src/errors/storage-error.js';
import type { Durability, Storage } from '../../src/storage/storage.js';
import type { BackupDraft } from '../../src/store/backup.js';
import { CommitLog, type StoredImage } from '../../src/store/commit-log.js';
import { foldTo } from '../../src/store/fold-step.js';
import { Turns } from '../../src/store/turns.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { commitOf, PageFile } from '../store/page-file.js';
import { eagerClock } from './eager-clock.js';
import type { RecordedStorage } from './recorded-storage.js';

/** What one tab does, at the level of the commit log. */
export interface LogAct {
  readonly tab: number;
  readonly does: 'commit' | 'back up' | 'replace' | 'fold' | 'delete' | 'catch up';
  readonly pages: readonly number[];
  readonly pageCount: number;
  readonly isStrict: boolean;
}

/** A history: the acts of a step are done at once, their requests `delays` apart. */
export interface LogPlan {
  readonly pageSize: number;
  readonly steps: readonly (readonly LogAct[])[];
  readonly delays: readonly number[];
}

/** Something that a tab was told, when so many batches were kept. */
interface Told {
  readonly seq: number;
  readonly batches: number;
}

interface Tab {
  readonly log: CommitLog;
  readonly storage: Storage;
  readonly turns: Turns;
  file: PageFile;
}

/** A history as it went: what was acknowledged when, and what every commit has to read as. */
export class LogRun {
  readonly storage: RecordedStorage;
  /** The file after each commit that was acknowledged. */
  readonly line: PageFile[] = [];
  readonly acknowledged: (Told & { readonly durability: Durability })[] = [];
  /** Backups that were acknowledged, by the commit whose state they keep. */
  readonly backed: Told[] = [];
  /** Their deletions: when each was begun, and when it was acknowledged. */
  readonly deleted: { readonly seq: number; readonly begun: number; batches: number }[] = [];
  /** States that tabs caught up with. */
  readonly seen: PageFile[] = [];
  readonly #seqByTime = new Map<string, number>();
  #tabs: Tab[] = [];

  constructor(storage: RecordedStorage) {
    this.storage = storage;
  }

  async play({ pageSize, steps, delays }: LogPlan): Promise<this> {
    const file = new PageFile(pageSize, 3);
    for (let tab = 0; tab < 3; tab++) {
      const storage = paced(this.storage, delays, tab);
      const log = new CommitLog({ storage, clock: eagerClock, newId: () => 'store' });
      if (!(await log.load())) await log.create(file.image);
      this.#tabs.push({ log, storage, turns: new Turns(), file: PageFile.of(pageSize, 0, file.pages) });
    }
    this.line[0] = file;
    this.acknowledged.push({ seq: 0, batches: this.storage.kept.length, durability: 'strict' });
    for (const acts of steps) await Promise.all(acts.map((act) => this.#perform(act)));
    return this;
  }

  async #perform(act: LogAct): Promise<void> {
    const tab = this.#tabs[act.tab] as Tab;
    // A checkpoint waits for nobody; whatever else a tab does takes turns.
    if (act.does === 'fold') await foldTo(new WatchedStorage(tab.storage, eagerClock), Math.max(0, tab.file.seq - (act.pageCount % 3)));
    else await tab.turns.take(() => this.#take(tab, act));
  }

  async #take(tab: Tab, act: LogAct): Promise<void> {
    if (act.does === 'delete') await this.#delete(tab, act);
    else if (act.does === 'catch up') await this.#catchUp(tab);
    else if (act.does === 'replace') await this.#replace(tab, act);
    else await this.#commit(tab, act);
  }

  async #commit(tab: Tab, { does, pages, pageCount, isStrict }: LogAct): Promise<void> {
    const { commit } = tab.file.next(pages, pageCount);
    const { seq, pageSize } = commit;
    const after = [...tab.file.pages];
    for (const [page, bytes] of commit.pages) after[page] = bytes;
    const durability = isStrict ? 'strict' : 'relaxed';
    const draft = does === 'back up' ? this.#draft(tab.file) : undefined;
    if (!(await tab.log.append(commit, durability, draft))) return this.#catchUp(tab);
    this.#acknowledge(tab, PageFile.of(pageSize, seq, after), durability, draft);
  }

  async #replace(tab: Tab, { pages, pageCount, isStrict }: LogAct): Promise<void> {
    const { seq } = tab.file;
    const file = new PageFile(tab.file.pageSize === 512 ? 1024 : 512, pageCount);
    file.seq = seq;
    file.next(pages).accept();
    const marker = commitOf(seq + 1, file.pageSize, []);
    const draft = isStrict ? this.#draft(tab.file) : undefined;
    if (!(await tab.log.replace(file.image, marker, draft))) return this.#catchUp(tab);
    this.#acknowledge(tab, file, 'strict', draft);
  }

  async #delete(tab: Tab, { pageCount }: LogAct): Promise<void> {
    const all = await tab.log.backups.list();
    const chosen = all[pageCount % Math.max(1, all.length)];
    if (!chosen) return;
    const deletion = { seq: this.#seqByTime.get(chosen.createdAt) ?? -1, begun: this.storage.kept.length, batches: Infinity };
    this.deleted.push(deletion);
    try {
      await tab.log.backups.delete(chosen.id);
    } catch (cause) {
      // Another tab was first.
      if (!(cause instanceof BackupError)) throw cause;
    }
    deletion.batches = this.storage.kept.length;
  }

  async #catchUp(tab: Tab): Promise<void> {
    const tail = await tab.log.tail(tab.file.seq);
    if ('reload' in tail) {
      const stored = await tab.log.load();
      if (stored) tab.file = fileOf(stored);
    } else {
      const { pageSize, pages, seq } = tab.file;
      tab.file = fileOf({ pageSize, pages, commits: tail.commits, seq: seq + tail.commits.length });
    }
    this.seen.push(tab.file);
  }

  #acknowledge(tab: Tab, file: PageFile, durability: Durability, draft: BackupDraft | undefined): void {
    tab.file = file;
    const told = { seq: file.seq, batches: this.storage.kept.length };
    this.line[file.seq] = file;
    this.acknowledged.push({ ...told, durability });
    if (draft) this.backed.push({ ...told, seq: file.seq - 1 });
  }

  #draft({ seq, pageSize, pageCount }: PageFile): BackupDraft {
    const createdAt = `time ${this.#seqByTime.size}`;
    this.#seqByTime.set(createdAt, seq);
    return { reason: 'migration', schemaVersion: 1, createdAt, pageSize, pageCount };
  }
}

/** What is stored, as a file. */
export function fileOf({ pages, pageSize, commits, seq }: StoredImage): PageFile {
  const newest = [...pages];
  for (const commit of commits) for (const [page, bytes] of commit.pages) newest[page] = bytes;
  return PageFile.of(pageSize, seq, newest);
}

/** A tab's own way to the storage: each of its requests takes as many turns as the next delay says. */
function paced(storage: RecordedStorage, delays: readonly number[], first: number): Storage {
  let next = first;
  const pause = async () => {
    const turns = delays[next++ % Math.max(1, delays.length)] ?? 0;
    for (let turn = 0; turn < turns; turn++) await undefined;
  };
  return {
    name: storage.name,
    kind: storage.kind,
    read: async (requests) => {
      await pause();
      return storage.read(requests);
    },
    write: async (batch) => {
      await pause();
      return storage.write(batch);
    },
    disconnect: () => undefined,
    onLoss: () => undefined,
    close: async () => undefined,
    destroy: async () => undefined,
  };
}
