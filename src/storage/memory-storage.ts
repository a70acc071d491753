import { KeyValueImage } from './key-value-image.js';
import type { Storage, StorageLoss } from './storage.js';

let made = 0;

/**
 * A storage that ends with the page: for tests, and for whoever opted in to go without IndexedDB. Databases opened over
 * the same storage object see each other like tabs.
 */
export function memoryStorage(name: string = `memory-${++made}`): Storage {
  const image = new KeyValueImage();
  const listeners = new Set<(loss: StorageLoss) => void>();
  return {
    name,
    kind: 'memory',
    read: async (requests) => image.read(requests),
    write: async (batch) => {
      const outcome = image.judge(batch);
      if (outcome.isCommitted)
        image.apply(structuredClone({ deletes: batch.deletes ?? [], puts: batch.puts ?? [], adds: batch.adds ?? [] }));
      return outcome;
    },
    disconnect: () => undefined,
    onLoss: (listener) => {
      listeners.add(listener);
    },
    close: async () => undefined,
    destroy: async () => {
      image.clear();
      for (const listener of listeners) listener('deleted');
      listeners.clear();
    },
  };
}
