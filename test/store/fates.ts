import { StorageError, StorageFullError, StorageTimeoutError } from '../../src/index.js';
import { type FaultyStorage, never } from './fakes.js';

/** How a storage operation goes wrong. */
export interface Fate {
  /** Whether it is done all the same. */
  readonly isKept: boolean;
  /** Whether every later one goes wrong as well, and is not done. */
  readonly isLasting: boolean;
  /** What it is rejected with; without one it is never answered. */
  readonly error?: () => Error;
  /** Whether the connection is lost with it. */
  readonly disconnects?: boolean;
}

export const FATES: Readonly<Record<string, Fate>> = {
  'is refused': { isKept: false, isLasting: false, error: () => new StorageError('aborted') },
  'finds the storage full': { isKept: false, isLasting: false, error: () => new StorageFullError('full') },
  'is kept, and its answer lost': { isKept: true, isLasting: false, error: () => new StorageTimeoutError('no answer') },
  'and every later one is refused': { isKept: false, isLasting: true, error: () => new StorageError('gone') },
};

/** Those that need a clock which the test advances, and a connection that is lost. */
export const HARD_FATES: Readonly<Record<string, Fate>> = {
  'is the last that works, and its answer lost': { isKept: true, isLasting: true, error: () => new StorageError('gone') },
  'is never answered': { isKept: false, isLasting: false },
  'is kept, and never answered': { isKept: true, isLasting: false },
  'and every later one is never answered': { isKept: false, isLasting: true },
  'is refused by a connection that closes': { isKept: false, isLasting: false, disconnects: true, error: () => new StorageError('closed') },
  'is kept by a connection that closes': { isKept: true, isLasting: false, disconnects: true, error: () => new StorageError('closed') },
};

/** Lets the nth operation of a storage from now on go wrong. @returns whether it has come to that. */
export function strikeAt(
  n: number,
  storage: FaultyStorage,
  { isKept, isLasting, error, disconnects }: Fate,
): { readonly hasStruck: boolean } {
  const progress = { hasStruck: false };
  let operation = 0;
  const strike = async <Result>(next: () => Promise<Result>): Promise<Result> => {
    operation++;
    if (operation !== n && !(isLasting && operation > n)) return next();
    progress.hasStruck = true;
    if (isKept && operation === n) await next();
    if (disconnects) storage.lose('disconnected');
    if (!error) return never();
    throw error();
  };
  storage.onRead = (_, next) => strike(next);
  storage.onWrite = (_, next) => strike(next);
  return progress;
}
