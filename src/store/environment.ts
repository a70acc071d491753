import type { Engine } from '../engine/engine.js';
import { type MirrorPlace, openMirrorPlace } from '../storage/mirror-place.js';
import { openWitnessStorage, type WitnessStorage } from './witness-storage.js';

/** Timers and the time of day, as the platform gives them; tests pass their own. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The timers and the time of day of this platform. */
export const platformClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  // It is given nothing but what setTimeout above returned.
  clearTimeout: (timer) => clearTimeout(timer as number | undefined),
};

/** What tells that the page comes back to life; nothing in a worker, nor in Node. */
export function pageTargets(): EventTarget[] {
  return [globalThis.document, globalThis.window].filter((target) => typeof target === 'object');
}

/** The part of a BroadcastChannel that hints need. */
export interface HintChannel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

/** The part of a Worker that an import needs. */
export interface WorkerPort {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message' | 'messageerror' | 'error', listener: (event: Event) => void): void;
  terminate(): void;
}

/** What a database needs from the platform around it. Each part may be passed in; the others are the platform's own. */
export interface Environment {
  readonly clock: Clock;
  /** Loads the engine; called again after it failed. */
  readonly loadEngine: () => Promise<Engine>;
  /** Starts the worker in which a file is looked at that is to be imported; undefined where there is none. */
  readonly openWorker: () => WorkerPort | undefined;
  /** Opens the channel of a name; undefined where there is none. */
  readonly openChannel: (name: string) => HintChannel | undefined;
  /** Where the witness is kept; undefined where there is none. */
  readonly witnessStorage: WitnessStorage | undefined;
  /**
   * Where the mirror of a database in IndexedDB is kept; undefined where there is no place that fails apart from it. `mustExist`:
   * nothing is made by reading.
   */
  readonly openMirrorPlace: (name: string, mustExist?: boolean) => MirrorPlace | undefined;
  /** Asks the browser to keep the origin's data; undefined where it cannot be asked. */
  readonly persist: (() => Promise<boolean>) | undefined;
  /** Fires when the page comes back to life: `visibilitychange`, `pageshow`, `resume`. */
  readonly wakeUps: readonly EventTarget[];
  /** A number from 0 to 1, for ids and for the pause after a conflict. */
  readonly random: () => number;
}

/** The platform's own parts, each found only if it may be used. */
export function platformEnvironment(
  loadEngine: () => Promise<Engine>,
  openWorker: Environment['openWorker'] = () => undefined,
): Environment {
  return {
    clock: platformClock,
    loadEngine,
    openWorker,
    openChannel: openBroadcastChannel,
    witnessStorage: allowed(() => openWitnessStorage()),
    openMirrorPlace: (name, mustExist) => allowed(() => openMirrorPlace(name, mustExist)),
    persist: persistOf(allowed(() => globalThis.navigator?.storage)),
    wakeUps: pageTargets(),
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
  };
}

function persistOf(manager: StorageManager | undefined): (() => Promise<boolean>) | undefined {
  return manager && typeof manager.persist === 'function' ? () => manager.persist() : undefined;
}

function openBroadcastChannel(name: string): HintChannel | undefined {
  if (typeof BroadcastChannel !== 'function') return undefined;
  const channel = allowed(() => new BroadcastChannel(name));
  // Node keeps a process alive for an open channel; a hint is no reason to.
  if (channel && 'unref' in channel && typeof channel.unref === 'function') channel.unref();
  return channel;
}

/** Blocked cookies make these throw a SecurityError when they are merely looked at: there is none, then. */
function allowed<Part>(look: () => Part | undefined | null): Part | undefined {
  try {
    return look() ?? undefined;
  } catch {
    return undefined;
  }
}
