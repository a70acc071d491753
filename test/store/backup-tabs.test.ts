import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackupError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import type { BackupDraft } from '../../src/store/backup.js';
import { CommitLog } from '../../src/store/commit-log.js';
import { foldTo } from '../../src/store/fold-step.js';
import { metaEntry, parseMeta } from '../../src/store/meta.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { FaultyStorage, ManualClock, scheduledStorage } from './fakes.js';
import { commitOf, PageFile } from './page-file.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const clock = new ManualClock();
const logOf = (storage: Storage) => new CommitLog({ storage, clock, newId: () => 'store' });

async function begin(file: PageFile): Promise<{ storage: Storage; log: CommitLog }> {
  const storage = memoryStorage();
  const log = logOf(storage);
  await log.load();
  await log.create(file.image);
  return { storage, log };
}

function draftOf({ pageSize, pageCount, seq }: PageFile): BackupDraft {
  return { reason: 'migration', schemaVersion: 1, createdAt: `after ${seq}`, pageSize, pageCount };
}

/** The page 1, a long file, a short one, and each chunk by turns: what a writer does. */
const WRITES: readonly { pages: readonly number[]; pageCount?: number }[] = [
  { pages: [1, 9] },
  { pages: [17], pageCount: 30 },
  { pages: [25] },
  { pages: [2], pageCount: 5 },
  { pages: [3], pageCount: 20 },
];

describe('tabs that write, fold, delete backups and read them at once', () => {
  it('leave every backup that is listed what it was, in any order of their requests', async () => {
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.record({ kind: fc.nat({ max: WRITES.length - 1 }), isBacked: fc.boolean() }), { minLength: 3, maxLength: 9 }),
      fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      fc.boolean(),
      async (scheduler, writes, dice, isReplaced) => {
        let file = new PageFile(4096, 20);
        const { storage, log } = await begin(file);
        const sumByName = new Map<string, number>();
        const scheduled = () => scheduledStorage(storage, scheduler);
        const writer = async () => {
          const tab = logOf(scheduled());
          await tab.load();
          for (const { kind, isBacked } of writes) {
            const { pages, pageCount } = WRITES[kind] ?? { pages: [] };
            const draft = draftOf(file);
            sumByName.set(draft.createdAt, checksum(file.image));
            const { commit, accept } = file.next(pages, pageCount);
            expect(await tab.append(commit, 'relaxed', isBacked ? draft : undefined)).toBe(true);
            accept();
          }
          if (!isReplaced) return;
          const draft = draftOf(file);
          sumByName.set(draft.createdAt, checksum(file.image));
          const other = new PageFile(65_536, 2);
          other.seq = file.seq + 1;
          expect(await tab.replace(other.image, commitOf(other.seq, 65_536, []), draft)).toBe(true);
          file = other;
        };
        const folder = async () => {
          const tab = new WatchedStorage(scheduled(), clock);
          for (let n = 0; n < 4; n++) await foldTo(tab, Math.max(0, file.seq - (n % 2)));
        };
        const deleter = async () => {
          const tab = logOf(scheduled());
          for (const which of dice.slice(0, 2)) {
            const all = await tab.backups.list();
            const id = all[which % Math.max(1, all.length)]?.id;
            if (id !== undefined) await tab.backups.delete(id);
          }
        };
        const reader = async () => {
          const tab = logOf(scheduled());
          for (const which of dice.slice(2, 5)) {
            const all = await tab.backups.list();
            const backup = all[which % Math.max(1, all.length)];
            if (!backup) continue;
            const sum = await tab.backups.read(backup.id).then(checksum, (cause: unknown) => {
              // Evicted or deleted meanwhile.
              if (!(cause instanceof BackupError)) throw cause;
              return sumByName.get(backup.createdAt);
            });
            expect(sum).toBe(sumByName.get(backup.createdAt));
          }
        };
        const ignoringUnknown = (cause: unknown) => {
          if (!(cause instanceof BackupError)) throw cause;
        };
        await scheduler.waitFor(Promise.all([writer(), folder(), folder(), deleter().catch(ignoringUnknown), reader()]));
        for (const { id, createdAt } of await log.backups.list())
          expect([createdAt, checksum(await log.backups.read(id))]).toEqual([createdAt, sumByName.get(createdAt)]);
        const stored = await log.load();
        expect(stored?.seq).toBe(file.seq);
      },
    );
    await fc.assert(property, { numRuns: isNode ? 200 : 30 });
  }, 240_000);

  /** Lets something happen right before the next write of a tab that matches is sent. */
  function overtakeWith(faulty: FaultyStorage, happening: () => Promise<unknown>): void {
    faulty.onWrite = async (_, next) => {
      faulty.onWrite = (_batch, go) => go();
      await happening();
      return next();
    };
  }

  async function overtaken() {
    const file = new PageFile(4096, 20);
    const { storage, log } = await begin(file);
    const faulty = new FaultyStorage(storage);
    const late = logOf(faulty);
    await late.load();
    const write = async (by: CommitLog, isBacked: boolean) => {
      const { commit, accept } = file.next([1, 9]);
      const isKept = await by.append(commit, 'relaxed', isBacked ? draftOf(file) : undefined);
      if (isKept) accept();
      return isKept;
    };
    const fold = (of: Storage, seq: number) => foldTo(new WatchedStorage(of, clock), seq);
    return { file, storage, log, faulty, late, write, fold };
  }

  it('a backup that a fold overtakes is made all the same: that is no conflict', async () => {
    const { faulty, late, log, write, fold, storage } = await overtaken();
    await write(log, false);
    overtakeWith(faulty, () => fold(storage, 1));
    expect(await write(late, true)).toBe(true);
    expect(faulty.batches).toHaveLength(2);
    expect(await log.load()).toMatchObject({ seq: 2 });
    expect((await log.backups.list()).map(({ createdAt }) => createdAt)).toEqual(['after 1']);
  });

  it('a backup whose commit loses is not made', async () => {
    const { faulty, late, log, write, storage, fold } = await overtaken();
    overtakeWith(faulty, () => write(log, false));
    expect(await write(late, true)).toBe(false);
    overtakeWith(faulty, async () => {
      await write(log, false);
      await fold(storage, 2);
    });
    expect(await write(late, true)).toBe(false);
    expect(await log.backups.list()).toEqual([]);
  });

  it('a replacement loses to a commit that was first, in the log or folded away', async () => {
    const { late, log, write, storage, fold } = await overtaken();
    const replace = () => late.replace(new PageFile(4096, 3).image, commitOf(2, 4096, []));
    await write(log, true);
    await write(log, false);
    expect(await replace()).toBe(false);
    await fold(storage, 2);
    expect(await replace()).toBe(false);
    expect(await log.load()).toMatchObject({ seq: 2 });
  });

  it('a fold that a backup overtakes keeps the copy that the backup needs', async () => {
    const { faulty, log, write, fold, file } = await overtaken();
    await write(log, false);
    const sum = checksum(file.image);
    await write(log, false);
    const first = checksum(file.image);
    overtakeWith(faulty, () => write(log, true));
    await fold(faulty, 2);
    await write(log, false);
    await fold(faulty, 4);
    const [backup] = await log.backups.list();
    expect(checksum(await log.backups.read(backup?.id ?? ''))).toBe(first);
    expect(first).not.toBe(sum);
  });

  it('a deletion that a fold overtakes moves the copies of that fold too', async () => {
    const { faulty, late, log, write, fold, storage, file } = await overtaken();
    const sum = checksum(file.image);
    await log.append(file.next([18]).commit, 'relaxed', draftOf(file));
    file.next([18]).accept();
    await write(log, true);
    await fold(storage, 1);
    const [second, first] = await log.backups.list();
    overtakeWith(faulty, () => fold(storage, 2));
    await late.backups.delete(second?.id ?? '');
    expect(checksum(await log.backups.read(first?.id ?? ''))).toBe(sum);
  });

  it('a deletion of what another tab has deleted says what there is', async () => {
    const { faulty, late, log, write } = await overtaken();
    await write(log, true);
    await write(log, true);
    const [second, first] = await log.backups.list();
    overtakeWith(faulty, () => log.backups.delete(first?.id ?? ''));
    const deletion = late.backups.delete(first?.id ?? '');
    await expect(deletion).rejects.toMatchObject({ name: 'BackupError', code: 'BACKUP_UNKNOWN' });
    await expect(deletion).rejects.toThrow(`There is no backup of that id. There are ${second?.id}.`);
    await expect(late.backups.read('none')).rejects.toThrow(BackupError);
  });

  it('give up what is overtaken without end', async () => {
    const { faulty, late, log, write, storage } = await overtaken();
    await write(log, true);
    const [backup] = await log.backups.list();
    faulty.onWrite = async (_, next) => {
      const [stored] = await storage.read([{ get: ['meta'] }]);
      const meta = parseMeta(stored);
      await storage.write({ durability: 'relaxed', puts: [metaEntry({ ...meta, checkpointSeq: meta.checkpointSeq + 1 })] });
      return next();
    };
    await expect(late.backups.delete(backup?.id ?? '')).rejects.toMatchObject({ name: 'ConflictError' });
  });
});
