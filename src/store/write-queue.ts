import type { SealedPages } from '../engine/paged-file.js';
import type { Durability } from '../storage/storage.js';
import type { PendingWrite } from './pending-write.js';
import type { Replica } from './replica.js';

/** Writes that are stored together, as one commit. */
export interface Group {
  readonly writes: readonly PendingWrite[];
  readonly sealed: SealedPages;
  readonly durability: Durability;
  readonly tables: readonly string[];
}

/**
 * The writes of this tab that are not durable yet, in order: those on their way to storage, and those that wait behind
 * them. All of them show in the replica, and all can be taken back.
 */
export class WriteQueue {
  readonly #replica: () => Replica;
  #inFlight: Group | undefined;
  #waiting: PendingWrite[] = [];
  /** While true, writes wait without being run. */
  #isSuspended = false;
  /** How many of the next writes get a commit of their own. */
  #alone = 0;

  constructor(replica: () => Replica) {
    this.#replica = replica;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Writes that are not stored yet. */
  get unsavedCount(): number {
    return this.#waiting.length + this.inFlightCount;
  }

  get inFlightCount(): number {
    return this.#inFlight?.writes.length ?? 0;
  }

  /** Runs the write, unless writes are held back, and lets it wait for the next commit. */
  add(write: PendingWrite): void {
    if (this.#isHeld || write.run(this.#replica())) this.#waiting.push(write);
  }

  /** Seals what waits as the next commit; undefined when nothing is left to commit. */
  take(): Group | undefined {
    if (this.#alone > 0) this.#runNext();
    else this.#runHeld();
    const writes = this.#waiting.filter(({ hasRun }) => hasRun);
    this.#waiting = this.#waiting.filter(({ hasRun }) => !hasRun);
    if (writes.length === 0) return undefined;
    const durability = writes.some((write) => write.durability === 'strict') ? 'strict' : 'relaxed';
    const tables = [...new Set(writes.flatMap((write) => [...write.tables]))];
    this.#inFlight = { writes, sealed: this.#replica().connection.file.seal(), durability, tables };
    return this.#inFlight;
  }

  /** The commit in flight is durable. */
  keep(): void {
    for (const write of this.#land()) write.resolve();
    if (this.#alone > 0) this.#alone--;
    this.#runHeld();
  }

  /** The commit in flight was not kept: takes its writes back, and runs the later ones on what remains. */
  fail(error: unknown): void {
    const sealed = this.#inFlight?.sealed;
    for (const write of this.#land()) write.reject(error);
    if (this.#alone > 0) this.#alone--;
    this.#rerun(sealed, () => undefined);
  }

  /** Nothing can be stored at all: takes back what waits. */
  failWaiting(error: unknown): void {
    for (const write of this.#waiting.splice(0)) write.reject(error);
    this.#alone = 0;
    this.#replica().undo([]);
  }

  /** The commit in flight was too much at once: each of its writes is tried by itself. */
  splitUp(): void {
    this.#alone = this.#inFlight?.writes.length ?? 0;
    this.rebase(() => undefined);
  }

  /** Takes back everything that is not stored, lets `change` change the replica, and runs everything again in order. */
  rebase(change: () => void): void {
    const sealed = this.#inFlight?.sealed;
    this.#waiting.unshift(...(this.#inFlight?.writes ?? []));
    this.#inFlight = undefined;
    this.#rerun(sealed, change);
  }

  /** Settles everything with the error, without touching the replica. */
  abandon(error: unknown): void {
    for (const write of [...this.#land(), ...this.#waiting.splice(0)]) write.reject(error);
  }

  suspend(): void {
    this.#isSuspended = true;
  }

  resume(): void {
    this.#isSuspended = false;
    this.#runHeld();
  }

  get #isHeld(): boolean {
    return this.#isSuspended || this.#alone > 0;
  }

  #rerun(sealed: SealedPages | undefined, change: () => void): void {
    this.#replica().undo(sealed ? [sealed] : []);
    for (const write of this.#waiting) write.hasRun = false;
    try {
      change();
    } finally {
      this.#runHeld();
    }
  }

  #runHeld(): void {
    if (this.#isHeld) return;
    const replica = this.#replica();
    this.#waiting = this.#waiting.filter((write) => write.hasRun || write.run(replica));
  }

  #runNext(): void {
    const [next] = this.#waiting;
    if (!next || next.hasRun || next.run(this.#replica())) return;
    this.#waiting.shift();
    this.#alone--;
    this.#runHeld();
  }

  #land(): readonly PendingWrite[] {
    const writes = this.#inFlight?.writes ?? [];
    this.#inFlight = undefined;
    return writes;
  }
}
