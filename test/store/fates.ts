import { StorageError, StorageFullError, StorageTimeoutError } from '../../src/index.js';
import type { FaultyStorage } from './fakes.js';

/** How a storage operation goes wrong. */
export interface Fate {
  /** Whether it is done all the same. */
  readonly isKept: boolean;
  /** Whether every later one goes wrong as well. */
  readonly isLasting: boolean;
  readonly error: () => Error;
}

export const FATES: Readonly<Record<string, Fate>> = {
  'is refused': { isKept: false, isLasting: false, error: () => new StorageError('aborted') },
  'finds the storage full': { isKept: false, isLasting: false, error: () => new StorageFullError('full') },
  'is kept, and its answer lost': { isKept: true, isLasting: false, error: () => new StorageTimeoutError('no answer') },
  'and every later one is refused': { isKept: false, isLasting: true, error: () => new StorageError('gone') },
};

/** Lets the nth operation of a storage from now on go wrong. @returns whether it has come to that. */
export function strikeAt(n: number, storage: FaultyStorage, { isKept, isLasting, error }: Fate): { readonly hasStruck: boolean } {
  const progress = { hasStruck: false };
  let operation = 0;
  const strike = async <Result>(next: () => Promise<Result>): Promise<Result> => {
    operation++;
    if (operation !== n && !(isLasting && operation > n)) return next();
    progress.hasStruck = true;
    if (isKept) await next();
    throw error();
  };
  storage.onRead = (_, next) => strike(next);
  storage.onWrite = (_, next) => strike(next);
  return progress;
}
