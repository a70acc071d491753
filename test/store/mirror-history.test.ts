import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CorruptionError, StorageError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import { mirrorImage } from '../../src/store/mirror-image.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { FaultyStorage, ManualClock } from './fakes.js';
import { ImageStorage } from './image-storage.js';
import { LogHistory } from './log-history.js';
import { PageFile } from './page-file.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';

const step = fc.record({
  action: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('commit', 'large commit', 'mirror') },
    { weight: 2, arbitrary: fc.constantFrom('fold', 'backed commit', 'fold everything', 'grow', 'shrink') },
    { weight: 1, arbitrary: fc.constantFrom('replace', 'power cut', 'damage the mirror', 'lose the mirror', 'fail to mirror') },
  ),
  n: fc.nat({ max: 1000 }),
});

it('a mirror is at every moment what the database was at the commit that it says, and reaches the newest', async () => {
  const history = fc.asyncProperty(
    fc.constantFrom(512, 512, 4096, 65_536),
    fc.array(step, { maxLength: 60, size: 'max' }),
    async (pageSize, steps) => {
      const copy = new ImageStorage();
      const place = new FaultyStorage(copy);
      const disk = new ImageStorage();
      const clock = new ManualClock();
      const mirror = new WatchedStorage(place, clock);
      const history = await new LogHistory(pageSize, 20, disk).begin();
      const sums = new Map([[0, checksum(history.file.image)]]);
      /** What a power cut goes back to. */
      const snapshot = () => ({
        file: history.file,
        seq: history.file.seq,
        pages: [...history.file.pages],
        backups: history.backups,
        entries: disk.entries,
      });
      let kept = snapshot();
      const stepped = async () => {
        const { seq, seenSeq } = await history.log.stepMirror(mirror, false);
        expect(seenSeq).toBeLessThanOrEqual(history.file.seq);
        return seq;
      };

      const imageOrDamage = () =>
        mirrorImage(place, clock).catch((cause: unknown) => {
          if (cause instanceof CorruptionError) return cause;
          throw cause;
        });
      let isDamaged = false;

      for (const { action, n } of steps) {
        const { file } = history;
        if (action === 'commit') await history.commit([n % file.pageCount, (n * 7) % file.pageCount]);
        if (action === 'large commit') await history.commit(Array.from({ length: 600 }, (_, at) => at % file.pageCount));
        if (action === 'backed commit') await history.commit([n % file.pageCount], { isBacked: true });
        if (action === 'grow') await history.commit([0], { pageCount: file.pageCount + (n % 40) });
        if (action === 'shrink') await history.commit([0], { pageCount: Math.max(1, file.pageCount - (n % 40)) });
        if (action === 'fold') await history.fold(n % (file.seq + 1));
        if (action === 'fold everything') await history.fold(file.seq);
        if (action === 'replace') await history.replace(new PageFile(n % 2 ? 512 : 4096, 1 + (n % 90)), n % 3 === 0);
        if (action === 'mirror') await stepped();
        if (action === 'lose the mirror') copy.entries = [];
        isDamaged ||= action === 'damage the mirror';
        if (action === 'damage the mirror') copy.entries = copy.entries.filter((_, at) => at !== n % copy.entries.length);
        if (action === 'fail to mirror') {
          place.onWrite = async (_, next) => {
            if (n % 2) await next();
            throw new StorageError('no');
          };
          await stepped().catch((cause: unknown) => expect(cause).toBeInstanceOf(StorageError));
          place.onWrite = (_, next) => next();
        }
        if (action === 'power cut' && kept.seq < history.file.seq) {
          // The tail of the log is gone; the mirror, which fails apart from it, may be ahead.
          disk.entries = kept.entries;
          history.file = PageFile.of(kept.file.pageSize, kept.seq, kept.pages);
          history.backups = kept.backups;
          await history.log.load();
        }
        sums.set(history.file.seq, checksum(history.file.image));
        if (n % 5 === 0) kept = snapshot();
        const image = action === 'mirror' ? await imageOrDamage() : undefined;
        if (image && 'file' in image) expect(checksum(image.file)).toBe(sums.get(image.seq));
      }
      for (let last = -1, seq = await stepped(); seq !== last; seq = await stepped()) last = seq;
      const last = await imageOrDamage();
      // What was taken from it and has not been needed since is found by whoever reads it.
      if (last instanceof CorruptionError) expect(isDamaged).toBe(true);
      else
        expect({ ...last, file: checksum(last?.file ?? new Uint8Array()) }).toEqual({
          seq: history.file.seq,
          storeId: 'store',
          file: checksum(history.file.image),
        });
    },
  );
  await fc.assert(history, { numRuns: isNode ? 40 : 4 });
}, 120_000);
