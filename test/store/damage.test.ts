import { describe, expect, it } from 'vitest';
import { CorruptionError, StorageFormatError } from '../../src/errors/storage-error.js';
import { checksum } from '../../src/page/checksum.js';
import type { StorageEntry } from '../../src/storage/storage.js';
import { CommitLog } from '../../src/store/commit-log.js';
import { EVERYTHING, salvagedFile, surveyOf } from '../../src/store/survey.js';
import { ManualClock } from './fakes.js';
import { ImageStorage } from './image-storage.js';
import { LogHistory } from './log-history.js';

/** A store with a base of several chunks, a log with a commit of several parts, and two backups with copies. */
async function history(): Promise<{ entries: readonly StorageEntry[]; sums: Map<number, number>; seq: number }> {
  const disk = new ImageStorage();
  const history = await new LogHistory(4096, 40, disk).begin();
  const sums = new Map([[0, checksum(history.file.image)]]);
  const commit = async (...args: Parameters<LogHistory['commit']>) => {
    await history.commit(...args);
    sums.set(history.file.seq, checksum(history.file.image));
  };
  await commit([1, 9]);
  await commit([17, 30], { isBacked: true });
  await commit([2]);
  await commit([25], { isBacked: true });
  await commit([1, 33]);
  await history.fold(5);
  await commit([3]);
  await commit(Array.from({ length: 40 }, (_, page) => page));
  await commit([0, 39]);
  await commit([12]);
  return { entries: disk.entries, sums, seq: history.file.seq };
}

/** Everything that can be read: the database and its backups, or which records are said to be damaged. */
async function everythingReadable(entries: readonly StorageEntry[]): Promise<unknown> {
  const log = new CommitLog({ storage: new ImageStorage(entries), clock: new ManualClock(), newId: () => '' });
  const stored = await log.load();
  const backups = [];
  for (const { id } of await log.backups.list()) backups.push([id, checksum(await log.backups.read(id))]);
  const pages = [...(stored?.pages ?? [])];
  for (const commit of stored?.commits ?? []) for (const [page, bytes] of commit.pages) pages[page] = bytes;
  return { seq: stored?.seq, storeId: log.storeId, sum: pages.reduce((sum, bytes) => checksum(bytes, sum), 0), backups };
}

/** Every way in which one record can go wrong: it is gone, or one of its fields has changed. */
function* damages(entries: readonly StorageEntry[]): Generator<{ what: string; damaged: StorageEntry[] }> {
  for (const [at, entry] of entries.entries()) {
    const name = entry.key.join(' ');
    yield { what: `${name} is gone`, damaged: entries.filter((_, other) => other !== at) };
    for (const [field, changed] of changedValues(entry.value))
      yield {
        what: `${name}: ${field}`,
        damaged: entries.map((other, index) => (index === at ? { key: other.key, value: changed } : other)),
      };
  }
}

function* changedValues(value: unknown, path = ''): Generator<[string, unknown]> {
  if (typeof value === 'number')
    yield* [
      [`${path} + 1`, value + 1],
      [`${path} - 1`, value - 1],
    ] as [string, number][];
  else if (typeof value === 'string') yield [`${path} is other text`, `${value}x`];
  else if (ArrayBuffer.isView(value)) {
    const array = value as Uint8Array;
    for (const index of [0, Math.floor(array.length / 2), array.length - 1]) {
      const flipped = array.slice();
      // One bit, whatever the elements are.
      const bytes = new Uint8Array(flipped.buffer);
      bytes[index * array.BYTES_PER_ELEMENT] = (bytes[index * array.BYTES_PER_ELEMENT] ?? 0) ^ 4;
      yield [`${path}[${index}] has a bit flipped`, flipped];
    }
    yield [`${path} ends early`, array.slice(0, -1)];
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries())
      for (const [where, changed] of changedValues(each, `${path}[${index}]`)) yield [where, value.with(index, changed)];
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value))
      for (const [where, changed] of changedValues(each, `${path}.${key}`)) yield [where, { ...value, [key]: changed }];
  }
}

describe('damage of one record', () => {
  it('is found when it is read, whatever it is', async () => {
    const { entries, seq } = await history();
    const whole = await everythingReadable(entries);
    const [missed, found]: [string[], string[]] = [[], []];
    for (const { what, damaged } of damages(entries)) {
      try {
        // Nothing in the storage itself tells that its last commit is gone: the witness does.
        if (what === `log ${seq} 0 is gone`) continue;
        expect(await everythingReadable(damaged)).toEqual(whole);
        missed.push(what);
      } catch (cause) {
        // A format that is not known yet is refused like a newer Tablite's.
        if (!(cause instanceof CorruptionError || cause instanceof StorageFormatError))
          missed.push(`${what} (${String(cause).slice(0, 200)})`);
        else found.push(what);
      }
    }
    console.log(`${found.length} damages of a single record found, ${missed.length} without effect`);
    expect(found.length).toBeGreaterThan(200);
    expect(missed).toEqual([]);
  });

  it('leaves the state before it, byte for byte, or none at all', async () => {
    const { entries, sums, seq } = await history();
    let states = 0;
    for (const { what, damaged } of damages(entries)) {
      if (what === 'meta: .format + 1') continue;
      const survey = surveyOf(await new ImageStorage(damaged).read(EVERYTHING));
      const salvaged = salvagedFile(survey);
      if (!salvaged) continue;
      states++;
      expect([what, salvaged.seq, checksum(salvaged.file)]).toEqual([what, salvaged.seq, sums.get(salvaged.seq)]);
      const isDamaged = what.startsWith('log') && !what.startsWith(`log ${seq} 0 is gone`);
      if (isDamaged) expect([what, survey.damaged.length > 0]).toEqual([what, true]);
    }
    expect(states).toBeGreaterThan(200);
  });

  it('does not matter once later commits have written all that it held', async () => {
    const { entries, sums, seq } = await history();
    const damaged = entries.filter(({ key }) => key.join(' ') !== 'base 2');
    const salvaged = salvagedFile(surveyOf(await new ImageStorage(damaged).read(EVERYTHING)));
    expect(salvaged?.seq).toBe(seq);
    expect(checksum(salvaged?.file ?? new Uint8Array())).toBe(sums.get(seq));
  });

  it('of the record that names the store leaves everything else', async () => {
    const { entries, sums, seq } = await history();
    const survey = surveyOf(await new ImageStorage(entries.filter(({ key }) => key[0] !== 'meta')).read(EVERYTHING));
    expect(survey.damaged).toEqual(['meta']);
    const salvaged = salvagedFile(survey);
    expect([salvaged?.seq, checksum(salvaged?.file ?? new Uint8Array())]).toEqual([seq, sums.get(seq)]);
  });
});
