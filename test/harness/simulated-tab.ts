import type fc from 'fast-check';
import type { ReadRequest, Storage, WriteBatch, WriteOutcome } from '../../src/storage/storage.js';
import type { Clock } from '../../src/store/environment.js';
import { never } from '../store/fakes.js';

/** What befalls a tab, at the storage operation of a number, from 1; it never comes to 0. */
export interface TabFate {
  readonly crashAt: number;
  readonly hangAt: number;
  readonly freezeAt: number;
  /** For how many turns of the others it is frozen. */
  readonly frozenFor: number;
  /** Whether the operation that a crash, a hang or a dropped connection strikes is done all the same. */
  readonly isKept: boolean;
}

/** Nothing befalls it. */
export const SAFE: TabFate = { crashAt: 0, hangAt: 0, freezeAt: 0, frozenFor: 0, isKept: false };

/**
 * A tab's way to a shared storage, on which requests and answers come when fast-check's scheduler says so, and on which the tab
 * crashes, freezes, or waits for an answer that never comes.
 */
export class SimulatedTab implements Storage {
  readonly name: string;
  readonly kind: Storage['kind'];
  isDead = false;
  /** Resolves when the tab has crashed. */
  readonly crashed: Promise<void>;
  readonly #inner: Storage;
  readonly #scheduler: fc.Scheduler;
  #fate: TabFate;
  readonly #isWatched: boolean;
  readonly #waiting = new Set<() => void>();
  #thawed: Promise<void> | undefined;
  #operations = 0;
  #generation = 0;
  #crash: () => void = () => undefined;

  constructor(inner: Storage, scheduler: fc.Scheduler, fate: TabFate) {
    this.name = inner.name;
    this.kind = inner.kind;
    this.#inner = inner;
    this.#scheduler = scheduler;
    this.#fate = fate;
    this.#isWatched = fate.hangAt > 0;
    this.crashed = new Promise((resolve) => {
      this.#crash = resolve;
    });
  }

  /** From now on nothing more befalls it; what hangs already goes on to. */
  calmDown(): void {
    this.#fate = SAFE;
  }

  read(requests: readonly ReadRequest[]): Promise<unknown[]> {
    return this.#perform('read', () => this.#inner.read(requests));
  }

  write(batch: WriteBatch): Promise<WriteOutcome> {
    return this.#perform('write', () => this.#inner.write(batch));
  }

  /** As in IndexedDB, what was sent over the old connection comes before anything that is sent over the next, or not at all. */
  disconnect(): void {
    this.#generation++;
    if (this.#fate.isKept) for (const send of this.#waiting) send();
    this.#waiting.clear();
  }

  onLoss(): void {}

  async close(): Promise<void> {}

  async destroy(): Promise<void> {}

  /** The timers of this tab: pauses and the watchdog's ticks end when the scheduler says so, and the time of day jumps about. */
  get clock(): Clock {
    let looks = 0;
    return {
      now: () => 1_700_000_000_000 + ((looks++ * 7919) % 1000) * 1_000_000,
      setTimeout: (callback, ms) => {
        const timer = { isCleared: false };
        // Where nothing hangs, the watchdog is no more than noise.
        if (ms < 1000 || this.#isWatched) void this.#ring(callback, timer);
        return timer;
      },
      clearTimeout: (timer) => {
        // It is given nothing but what setTimeout above returned.
        if (timer) (timer as { isCleared: boolean }).isCleared = true;
      },
    };
  }

  async #ring(callback: () => void, timer: { readonly isCleared: boolean }): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), 'timer');
    await this.#thawed;
    if (!timer.isCleared && !this.isDead) callback();
  }

  async #perform<Result>(label: string, send: () => Promise<Result>): Promise<Result> {
    const { crashAt, hangAt, freezeAt, isKept } = this.#fate;
    const operation = ++this.#operations;
    const generation = this.#generation;
    if (operation === freezeAt) this.#freeze();
    if (operation === crashAt && !isKept) this.#die();
    const late = () => void send();
    this.#waiting.add(late);
    await this.#scheduler.schedule(Promise.resolve(), `${label} begins`);
    this.#waiting.delete(late);
    if (this.isDead || generation !== this.#generation || (operation === hangAt && !isKept)) return never();
    const result = await send();
    // Not one that was spared meanwhile: its database is looked at then.
    if (operation === this.#fate.crashAt) this.#die();
    await this.#thawed;
    await this.#scheduler.schedule(Promise.resolve(), `${label} is answered`);
    return this.isDead || operation === hangAt ? never() : result;
  }

  #die(): void {
    this.isDead = true;
    this.#crash();
  }

  #freeze(): void {
    const turns = async () => {
      for (let turn = 0; turn < this.#fate.frozenFor; turn++) await this.#scheduler.schedule(Promise.resolve(), 'frozen');
    };
    this.#thawed = turns();
  }
}
