import { META_KEY } from '../../src/storage/storage.js';
import { CommitLog } from '../../src/store/commit-log.js';
import { foldTo } from '../../src/store/fold-step.js';
import type { Meta } from '../../src/store/meta.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { PageFile } from '../store/page-file.js';
import { eagerClock } from './eager-clock.js';
import { fileOf, type LogRun } from './log-run.js';
import { flushedOf, RecordedStorage } from './recorded-storage.js';

const MOST_BACKUPS = 3;

/**
 * Opens what is stored after every prefix of the batches that a history kept, and says what is wrong there: each prefix is what a
 * crash may leave.
 */
export async function crashesOf(run: LogRun, onState: () => void = () => undefined): Promise<string[]> {
  const wrong: string[] = run.seen.filter((file) => !isSame(file, run.line[file.seq])).map(({ seq }) => `a tab saw another commit ${seq}`);
  const { kept } = run.storage;
  const crashed = new RecordedStorage('crashed');
  const seqs: number[] = [];
  for (let count = 0; count <= kept.length; count++) {
    const batch = kept[count - 1];
    if (batch) crashed.keep(batch);
    onState();
    try {
      const state = await openCrashed(run, crashed, count);
      seqs[count] = state.seq;
      wrong.push(...state.wrong.map((what) => `after ${count} of ${kept.length} batches: ${what}`));
    } catch (thrown) {
      wrong.push(`after ${count} of ${kept.length} batches: ${thrown}`);
    }
  }
  wrong.push(...lostByPowerCut(run, seqs));
  return wrong;
}

/** A power cut takes what follows the last strict batch, and no more of what was acknowledged than that. */
function lostByPowerCut({ acknowledged, storage }: LogRun, seqs: readonly number[]): string[] {
  return acknowledged
    .filter(({ durability, seq, batches }) => durability === 'strict' && (seqs[flushedOf(storage.kept, batches)] ?? -1) < seq)
    .map(({ seq }) => `a power cut takes the strict commit ${seq}`);
}

async function openCrashed(run: LogRun, crashed: RecordedStorage, count: number): Promise<{ seq: number; wrong: string[] }> {
  const log = new CommitLog({ storage: crashed, clock: eagerClock, newId: () => 'store' });
  const stored = await log.load();
  const told = run.acknowledged.filter(({ batches }) => batches <= count);
  const seq = stored?.seq ?? -1;
  const wrong = told.filter((each) => each.seq > seq).map((each) => `the acknowledged commit ${each.seq} is not there, but ${seq}`);
  if (!stored) return { seq, wrong };
  if (!isSame(fileOf(stored), run.line[seq])) wrong.push(`the pages are not those of commit ${seq}`);
  wrong.push(...(await wrongBackups(run, log, crashed, count)));
  return { seq, wrong };
}

async function wrongBackups(run: LogRun, log: CommitLog, crashed: RecordedStorage, count: number): Promise<string[]> {
  const wrong: string[] = [];
  const records = ((await crashed.read([{ get: META_KEY }])) as [Meta])[0].backups;
  for (const { id, seq, pageSize } of records) {
    const image = await log.backups.read(id);
    const pages = Array.from({ length: image.length / pageSize }, (_, page) => image.subarray(page * pageSize, (page + 1) * pageSize));
    if (!isSame(PageFile.of(pageSize, seq, pages), run.line[seq])) wrong.push(`the backup of commit ${seq} reads as something else`);
    if (run.deleted.some((deletion) => deletion.seq === seq && deletion.batches <= count))
      wrong.push(`the deleted backup of ${seq} is there`);
  }
  for (const { seq } of run.backed.filter(({ batches }) => batches <= count)) {
    const isThere = records.some((record) => record.seq === seq);
    const isDisplaced = records.length === MOST_BACKUPS && records.every((record) => record.seq > seq);
    // Deletions of newer ones make room that the displaced do not come back into.
    const mayBeGone =
      isDisplaced || run.deleted.some(({ begun }) => begun <= count) || run.backed.filter((each) => each.seq > seq).length >= 3;
    if (!isThere && !mayBeGone) wrong.push(`the backup of commit ${seq} is gone`);
  }
  return wrong;
}

/** What is wrong when a new tab goes on from what a crash left: it commits, folds everything, and reads it again. */
export async function goOnFrom(crashed: RecordedStorage): Promise<string[]> {
  const storage = new RecordedStorage('gone on', crashed.entries);
  const log = new CommitLog({ storage, clock: eagerClock, newId: () => 'store' });
  const stored = await log.load();
  if (!stored) return [];
  const file = fileOf(stored);
  const { commit, accept } = file.next([0, 1, 2, 3], 5);
  if (!(await log.append(commit, 'relaxed'))) return ['the first commit after the crash was refused'];
  accept();
  await foldTo(new WatchedStorage(storage, eagerClock), file.seq);
  const again = await new CommitLog({ storage, clock: eagerClock, newId: () => 'store' }).load();
  return again && isSame(fileOf(again), file) ? [] : ['what was committed after the crash reads as something else'];
}

function isSame(file: PageFile, expected: PageFile | undefined): boolean {
  if (!expected || file.pageSize !== expected.pageSize || file.pageCount !== expected.pageCount) return false;
  return file.pages.every((bytes, page) => Buffer.compare(bytes, expected.pages[page] ?? new Uint8Array(0)) === 0);
}
