import type { Storage } from '../storage/storage.js';
import type { HintChannel } from '../store/environment.js';

type Listener = (event: { readonly data: unknown }) => void;

const listenersByStorage = new WeakMap<Storage, Set<Listener>>();

/** A channel between the databases that were opened over one storage object, and no others. */
export function openHintChannel(storage: Storage): HintChannel {
  const listeners = listenersByStorage.get(storage) ?? new Set<Listener>();
  listenersByStorage.set(storage, listeners);
  const own = new Set<Listener>();
  return {
    postMessage: (data) => {
      for (const listener of listeners) {
        // As of a BroadcastChannel: later, and not to oneself.
        if (!own.has(listener)) queueMicrotask(() => listeners.has(listener) && listener({ data }));
      }
    },
    addEventListener: (_, listener) => {
      own.add(listener);
      listeners.add(listener);
    },
    close: () => {
      for (const listener of own) listeners.delete(listener);
    },
  };
}
