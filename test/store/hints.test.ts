import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/index.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import type { Environment } from '../../src/store/environment.js';
import { counterOf, INCREMENT, openTestDatabase } from '../database/open-test-database.js';
import { FaultyStorage, fakeChannels, settle } from './fakes.js';

const COMMITS = 20;

/** A tab that writes and one that listens, whose hints come as `deliver` has it; what the listener was told of, in order. */
async function twoTabs(deliver: (send: () => void) => void) {
  const shared = memoryStorage();
  const openChannel = fakeChannels(deliver);
  const writer = await openTestDatabase(shared, { environment: { openChannel } });
  const storage = new FaultyStorage(shared);
  const listener = await openTestDatabase(storage, { environment: { openChannel } });
  await settle();
  const told: number[] = [];
  listener.subscribe('all', ({ seq }) => told.push(seq));
  storage.reads = 0;
  return { writer, listener, storage, told };
}

async function writeOneByOne(writer: Database): Promise<void> {
  for (let n = 0; n < COMMITS; n++) {
    await writer.run(INCREMENT);
    await settle();
  }
}

/** Commit 1 is the chain's. */
const everyCommit = Array.from({ length: COMMITS }, (_, n) => n + 2);

describe('hints', () => {
  it('that come twice tell of each commit once', async () => {
    const { writer, listener, told } = await twoTabs((send) => {
      queueMicrotask(send);
      queueMicrotask(send);
    });
    await writeOneByOne(writer);
    expect(told).toEqual(everyCommit);
    expect(counterOf(listener)).toBe(COMMITS);
  });

  it('that come late and in the wrong order tell of the commits in theirs, and cost one look', async () => {
    const held: (() => void)[] = [];
    const { writer, listener, storage, told } = await twoTabs((send) => held.push(send));
    await writeOneByOne(writer);
    expect(counterOf(listener)).toBe(0);
    for (const send of held.toReversed()) {
      send();
      await settle();
    }
    expect(told).toEqual(everyCommit);
    expect(counterOf(listener)).toBe(COMMITS);
    expect(storage.reads).toBe(1);
  });

  it('of which most are lost tell of the commits before them too', async () => {
    let sent = 0;
    const { writer, listener, told } = await twoTabs((send) => {
      if (++sent % 7 === 0) queueMicrotask(send);
    });
    await writeOneByOne(writer);
    expect(told).toEqual(everyCommit.slice(0, COMMITS - (COMMITS % 7)));
    await listener.refresh();
    expect(told).toEqual(everyCommit);
  });
});

describe('somebody else on the channel', () => {
  /** A listener, and what posts on its channel. */
  async function listen() {
    const channels = fakeChannels();
    let name = '';
    const openChannel: Environment['openChannel'] = (opened) => {
      name = opened;
      return channels(opened);
    };
    const shared = memoryStorage();
    const storage = new FaultyStorage(shared);
    const listener = await openTestDatabase(storage, { environment: { openChannel } });
    await listener.run(INCREMENT);
    await settle();
    storage.reads = 0;
    const seen: unknown[] = [];
    listener.subscribe('all', (change) => seen.push(change));
    listener.onStatusChange((status) => seen.push(status));
    const meta = (await shared.read([{ get: ['meta'] }]))[0] as { storeId: string };
    const stranger = channels(name);
    return { listener, storage, seen, storeId: meta.storeId, post: (message: unknown) => stranger?.postMessage(message) };
  }

  it('who posts garbage is not listened to', async () => {
    const { listener, storage, seen, storeId, post } = await listen();
    const circular: Record<string, unknown> = { storeId };
    circular['seq'] = circular;
    const garbage = [
      undefined,
      null,
      0,
      'seq',
      [],
      {},
      { storeId },
      { seq: 9 },
      { storeId: 7, seq: 9 },
      { storeId, seq: '9' },
      { storeId, seq: Number.NaN },
      { storeId, seq: Number.POSITIVE_INFINITY },
      { storeId, seq: 1.5 },
      { storeId, seq: -1 },
      { storeId: 'another', seq: 99 },
      circular,
    ];
    for (const message of garbage) post(message);
    await settle();
    expect([storage.reads, seen]).toEqual([0, []]);
    expect(counterOf(listener)).toBe(1);
  });

  it('who forges hints of commits that there are none of costs one look for all that come together, and nothing else', async () => {
    const { listener, storage, seen, storeId, post } = await listen();
    for (let n = 0; n < 1000; n++) post({ storeId, seq: Number.MAX_SAFE_INTEGER - n });
    await settle();
    expect([storage.reads, seen]).toEqual([1, []]);
    await listener.run(INCREMENT);
    expect(counterOf(listener)).toBe(2);
  });
});
