import { describe } from 'vitest';
import { indexedDbStorage } from '../../src/storage/indexeddb-storage.js';
import { memoryStorage } from '../../src/storage/memory-storage.js';
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
