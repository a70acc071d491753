/** Where a browser keeps device keys, as objects whose bytes no script can read. */
export interface KeyStore {
  get(id: string): Promise<CryptoKey | undefined>;
  /** Resolves once the key is kept for good. */
  set(id: string, key: CryptoKey): Promise<void>;
  /** Deletes it, if it is there. */
  delete(id: string): Promise<void>;
}

/** A key store that ends with the page: for tests, and for Node. */
export function memoryKeyStore(): KeyStore {
  const keyById = new Map<string, CryptoKey>();
  return {
    get: async (id) => keyById.get(id),
    set: async (id, key) => {
      keyById.set(id, key);
    },
    delete: async (id) => {
      keyById.delete(id);
    },
  };
}
