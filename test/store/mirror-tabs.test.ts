import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checksum } from '../../src/page/checksum.js';
import { stepMirror } from '../../src/store/mirror-copy.js';
import { mirrorImage } from '../../src/store/mirror-image.js';
import { WatchedStorage } from '../../src/store/watched-storage.js';
import { drive } from './drive.js';
import { ManualClock, scheduledStorage, takeTurns } from './fakes.js';
import { ImageStorage } from './image-storage.js';
import { LogHistory } from './log-history.js';
import { PageFile } from './page-file.js';

const isNode = typeof process === 'object' && typeof process.versions?.node === 'string';
const step = fc.record({
  action: fc.constantFrom('commit', 'commit', 'grow', 'shrink', 'fold', 'replace', 'power cut', 'a steps', 'a steps', 'b steps', 'b steps'),
  n: fc.nat({ max: 1000 }),
});

it('a mirror that two tabs bring forward at once is some state of the database after every request, and reaches the newest', async () => {
  let looks = 0;
  const parts = [fc.scheduler(), fc.constantFrom(512, 4096), fc.array(step, { minLength: 10, maxLength: 40, size: 'max' })] as const;
  const history = fc.asyncProperty(...parts, async (scheduler, pageSize, steps) => {
    const [clock, disk, copy] = [new ManualClock(), new ImageStorage(), new ImageStorage()];
    const history = await new LogHistory(pageSize, 20, disk).begin();
    // A power cut gives a number to two states.
    const states = new Set<string>();
    const note = () => states.add(`${history.file.seq} ${checksum(history.file.image)}`);
    const snapshot = () => ({ file: history.file, seq: history.file.seq, pages: [...history.file.pages], entries: disk.entries });
    const pair = (scheduled: typeof scheduledStorage | undefined) => ({
      primary: new WatchedStorage(scheduled ? scheduled(disk, scheduler) : disk, clock),
      mirror: new WatchedStorage(scheduled ? scheduled(copy, scheduler) : copy, clock),
    });
    const tabs = { 'a steps': pair(scheduledStorage), 'b steps': pair(scheduledStorage) };
    const look = async () => {
      const image = await mirrorImage(copy, clock);
      if (image) expect(states).toContain(`${image.seq} ${checksum(image.file)}`);
      looks++;
    };
    note();
    let kept = snapshot();
    const running: Promise<unknown>[] = [];
    for (const { action, n } of steps) {
      const { file } = history;
      if (action === 'commit') await history.commit([n % file.pageCount, (n * 7) % file.pageCount]);
      if (action === 'grow') await history.commit([0], { pageCount: file.pageCount + (n % 40) });
      if (action === 'shrink') await history.commit([0], { pageCount: Math.max(1, file.pageCount - (n % 40)) });
      if (action === 'fold') await history.fold(n % (file.seq + 1));
      if (action === 'replace') await history.replace(new PageFile(n % 2 ? 512 : 4096, 1 + (n % 90)), false);
      if (action === 'power cut' && kept.seq < file.seq) {
        // No page outlives it.
        await drive(scheduler, Promise.all(running));
        disk.entries = kept.entries;
        history.file = PageFile.of(kept.file.pageSize, kept.seq, kept.pages);
        await history.log.load();
      }
      if (action === 'a steps' || action === 'b steps') running.push(stepMirror(tabs[action], false));
      note();
      for (let turn = 0; turn < n % 6 && scheduler.count() > 0; turn++) {
        await scheduler.waitOne();
        await takeTurns();
      }
      if (n % 5 === 0) kept = snapshot();
      await look();
    }
    await drive(scheduler, Promise.all(running));
    await look();
    const direct = pair(undefined);
    for (let last = -1, { seq } = await stepMirror(direct, false); seq !== last; { seq } = await stepMirror(direct, false)) last = seq;
    expect(await mirrorImage(copy, clock)).toMatchObject({ seq: history.file.seq });
    await look();
  });
  await fc.assert(history, { numRuns: isNode ? 30 : 5 });
  expect(looks).toBeGreaterThan(50);
}, 120_000);
