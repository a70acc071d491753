/** Texts by key, outside of IndexedDB: `localStorage`, or what answers later. */
export interface WitnessStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, text: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** The part of chrome.storage.local that is used here: https://developer.chrome.com/docs/extensions/reference/api/storage */
interface ExtensionStorage {
  get(key: string): Promise<Record<string, unknown>>;
  set(items: Record<string, string>): Promise<void>;
  remove(key: string): Promise<void>;
}

/** What is looked at of the global scope. */
interface Scope {
  readonly localStorage?: WitnessStorage;
  readonly location?: { readonly protocol: string };
  readonly chrome?: { readonly storage?: { readonly local?: ExtensionStorage } };
}

const FOLDER = 'tablite-witness';

/**
 * Where a witness is kept: in an extension what its pages and its service worker share, in a page `localStorage`, in a worker the
 * origin private file system. Undefined where there is none of them. Throws where looking at them is forbidden.
 */
export function openWitnessStorage(scope: Scope = globalThis): WitnessStorage | undefined {
  const extension = extensionStorage(scope);
  if (extension) {
    return {
      getItem: async (key) => {
        const text = (await extension.get(key))[key];
        return typeof text === 'string' ? text : undefined;
      },
      setItem: (key, text) => extension.set({ [key]: text }),
      removeItem: (key) => extension.remove(key),
    };
  }
  return scope.localStorage ?? originFiles();
}

/** Only in the extension's own origin: a content script has it, too, and the database of the page that it is in. */
function extensionStorage({ location, chrome }: Scope): ExtensionStorage | undefined {
  return location?.protocol.endsWith('-extension:') ? chrome?.storage?.local : undefined;
}

/** A file for each text, in the origin private file system; undefined where there is none. */
export function originFiles(): WitnessStorage | undefined {
  if (typeof globalThis.navigator?.storage?.getDirectory !== 'function') return undefined;
  const folder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  return {
    getItem: async (key) => (await (await (await folder()).getFileHandle(encodeURIComponent(key))).getFile()).text(),
    setItem: async (key, text) => {
      const writable = await (await (await folder()).getFileHandle(encodeURIComponent(key), { create: true })).createWritable();
      await writable.write(text);
      await writable.close();
    },
    removeItem: async (key) => (await folder()).removeEntry(encodeURIComponent(key)),
  };
}
