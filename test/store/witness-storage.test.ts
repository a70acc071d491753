import { describe, expect, it } from 'vitest';
import { Witness } from '../../src/store/witness.js';
import { openWitnessStorage, originFiles, type WitnessStorage } from '../../src/store/witness-storage.js';
import { ManualClock } from './fakes.js';

/** What `chrome.storage.local` does, for all pages and the service worker of an extension. */
function extension() {
  const items = new Map<string, unknown>();
  const local = {
    get: async (key: string) => ({ [key]: items.get(key) }),
    set: async (texts: Record<string, string>) => {
      for (const [key, text] of Object.entries(texts)) items.set(key, text);
    },
    remove: async (key: string) => {
      items.delete(key);
    },
  };
  return { items, chrome: { storage: { local } } };
}

async function seenBy(witnessStorage: WitnessStorage | undefined): Promise<void> {
  const name = crypto.randomUUID();
  const clock = new ManualClock();
  const witness = () => new Witness(name, { witnessStorage, clock });
  expect(await witness().recall()).toBeUndefined();
  const first = witness();
  first.note({ storeId: 'a', seq: 3 });
  expect(await witness().recall()).toBeUndefined();
  await clock.advance(1000);
  await first.flush();
  expect(await witness().recall()).toEqual({ storeId: 'a', seq: 3, at: clock.now(), isDeleted: false });
  first.note({ storeId: 'a', seq: 4 });
  await first.flush();
  expect(await witness().recall()).toMatchObject({ seq: 4 });
  await first.forget();
  expect(await witness().recall()).toBeUndefined();
  await witness().forget();
}

describe('a witness', () => {
  it('is kept in the localStorage of a page', async () => {
    await seenBy(openWitnessStorage());
    expect(openWitnessStorage()).toBe(globalThis.localStorage);
  });

  it('is kept in the storage of an extension, which its pages and its service worker share', async () => {
    const { items, chrome } = extension();
    const witnessStorage = openWitnessStorage({ chrome, localStorage, location: { protocol: 'chrome-extension:' } });
    await seenBy(witnessStorage);
    await witnessStorage?.setItem('key', 'text');
    expect(items.get('key')).toBe('text');
  });

  it('of a page is not kept in the storage of an extension whose content script is in it', () => {
    const { chrome } = extension();
    expect(openWitnessStorage({ chrome, localStorage, location: { protocol: 'https:' } })).toBe(globalThis.localStorage);
  });

  it.runIf(originFiles())('is kept in the origin private file system where there is no localStorage', async () => {
    await seenBy(openWitnessStorage({}));
  });
});
