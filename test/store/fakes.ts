import type fc from 'fast-check';
import { StorageError } from '../../src/errors/storage-error.js';
import type { ReadRequest, Storage, StorageLoss, WriteBatch, WriteOutcome } from '../../src/storage/storage.js';
import type { Clock, Environment, HintChannel } from '../../src/store/environment.js';

/** A clock that stands still until it is advanced. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  /** How far the time of day has jumped; timers do not care. */
  #jumped = 0;
  #timers: { at: number; callback: () => void }[] = [];
  readonly #pause: () => Promise<void>;

  /** `pause` lets run what has become due: `settle` where real IndexedDB, channels or cryptography are among it. */
  constructor(pause: () => Promise<void> = takeTurns) {
    this.#pause = pause;
  }

  now(): number {
    return this.#now + this.#jumped;
  }

  /** Somebody sets the time of day, forward or back. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  setTimeout(callback: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers = this.#timers.filter((each) => each !== timer);
  }

  /** Lets time pass, in steps in which everything that became due has run. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await this.#pause();
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.clearTimeout(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
    await this.#pause();
  }
}

/** Lets promises and what follows from them run. It waits for no timer, which a browser holds back for 4 ms. */
export async function takeTurns(): Promise<void> {
  for (let n = 0; n < 5; n++) await nextTurn();
}

function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Lets everything run that waits for nothing but its turn: messages of channels and IndexedDB, too. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setTimeout(resolve, 0));
}

export type WriteFault = (batch: WriteBatch, next: () => Promise<WriteOutcome>) => Promise<WriteOutcome>;
export type ReadFault = (requests: readonly ReadRequest[], next: () => Promise<unknown[]>) => Promise<unknown[]>;

/** A storage whose operations a test can count, delay, fail and hang. */
export class FaultyStorage implements Storage {
  readonly name: string;
  readonly kind: Storage['kind'];
  readonly batches: WriteBatch[] = [];
  reads = 0;
  onWrite: WriteFault = (_, next) => next();
  onRead: ReadFault = (_, next) => next();
  lose: (loss: StorageLoss) => void = () => undefined;
  readonly #inner: Storage;
  /** As in IndexedDB, only a read connects. */
  #isConnected = false;

  constructor(inner: Storage) {
    this.#inner = inner;
    this.name = inner.name;
    this.kind = inner.kind;
  }

  /** The commits that were sent, without the records of folds and of the beginning. */
  get commits(): WriteBatch[] {
    return this.batches.filter(({ adds, puts }) => adds?.at(-1)?.key[0] === 'log' && !puts?.some(({ key }) => key[0] === 'base'));
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async read(requests: readonly ReadRequest[], alive?: () => void): Promise<unknown[]> {
    this.reads++;
    const answers = await this.onRead(requests, () => this.#inner.read(requests, alive));
    this.#isConnected = true;
    return answers;
  }

  write(batch: WriteBatch, alive?: () => void): Promise<WriteOutcome> {
    this.batches.push(batch);
    if (!this.#isConnected) return Promise.reject(new StorageError('no connection', { wasSent: false }));
    return this.onWrite(batch, () => this.#inner.write(batch, alive));
  }

  disconnect(): void {
    this.#isConnected = false;
    this.#inner.disconnect();
  }

  onLoss(listener: (loss: StorageLoss) => void): void {
    this.lose = listener;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  destroy(): Promise<void> {
    return this.#inner.destroy();
  }
}

/** A promise that never settles. */
export function never<Result>(): Promise<Result> {
  return new Promise(() => undefined);
}

/** A storage whose every request and every answer comes when fast-check's scheduler says so. */
export function scheduledStorage(inner: Storage, scheduler: fc.Scheduler): Storage {
  const faulty = new FaultyStorage(inner);
  const around = async <Result>(label: string, next: () => Promise<Result>): Promise<Result> => {
    await scheduler.schedule(Promise.resolve(), `${label} begins`);
    const result = await next();
    await scheduler.schedule(Promise.resolve(), `${label} is answered`);
    return result;
  };
  faulty.onRead = (_, next) => around('read', next);
  faulty.onWrite = (_, next) => around('write', next);
  return faulty;
}

/** Channels of one imaginary origin: messages reach every other channel of the name, unless `filter` loses them. */
export function fakeChannels(deliver: (send: () => void) => void = (send) => queueMicrotask(send)): Environment['openChannel'] {
  const channels = new Set<{ name: string; listeners: ((event: { data: unknown }) => void)[] }>();
  return (name): HintChannel => {
    const channel = { name, listeners: [] as ((event: { data: unknown }) => void)[] };
    channels.add(channel);
    return {
      addEventListener: (_, listener) => {
        channel.listeners.push(listener);
      },
      postMessage: (data) => {
        for (const other of channels) {
          if (other !== channel && other.name === name) deliver(() => other.listeners.forEach((listener) => void listener({ data })));
        }
      },
      close: () => {
        channels.delete(channel);
      },
    };
  };
}

/** No hints at all: tabs meet in storage only. */
export const noChannels: Environment['openChannel'] = () => undefined;
