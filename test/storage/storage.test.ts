import { describe } from 'vitest';
import { bucketStorage } from '../../src/storage/bucket-storage.js';
import { indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
import { opfsStorage } from '../../src/storage/opfs-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { testStorage } from './contract.js';

describe('indexedDbStorage', () =>
  testStorage(() => {
    const name = `contract-${crypto.randomUUID()}`;
    return { storage: indexedDbStorage(name), reopened: () => indexedDbStorage(name) };
  }));

describe('memoryStorage', () =>
  testStorage(() => {
    const storage = memoryStorage();
    return { storage, reopened: () => storage };
  }));

const names = () => `contract-${crypto.randomUUID()}`;

describe.runIf(bucketStorage('any'))('bucketStorage', () =>
  testStorage(() => {
    const name = names();
    return { storage: bucketStorage(name) as Storage, reopened: () => bucketStorage(name) as Storage };
  }),
);

describe.runIf(opfsStorage('any'))('opfsStorage', () =>
  testStorage(() => {
    const name = names();
    return { storage: opfsStorage(name) as Storage, reopened: () => opfsStorage(name) as Storage };
  }),
);
