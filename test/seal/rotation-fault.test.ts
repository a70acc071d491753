import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { rejection } from '../database/outcome.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { FATES, strikeAt } from '../store/fates.js';
import { allSecrets, type Browser, keep, keyringOf, newBrowser, openUnlocked, SECRETS } from './open-test-vault.js';

const alone = { environment: { openChannel: noChannels } };
const SECRET_TEXTS = ['one', 'two', 'three', 'four', 'five'];

async function withSecrets(): Promise<Browser> {
  const browser = newBrowser();
  const tab = await openUnlocked(browser, {}, alone);
  for (const [index, text] of SECRET_TEXTS.entries()) await keep(tab, index + 1, text);
  await tab.database.close();
  return browser;
}

describe('a fault at any storage operation of a rotation', () => {
  it.each(Object.entries(FATES))('that %s, loses no secret, and the next rotation ends what was begun', async (_, fate) => {
    const keyCounts = new Set<number>();
    let hasPassed = false;
    for (let n = 1; !hasPassed; n++) {
      const browser = await withSecrets();
      const faulty = new FaultyStorage(browser.storage);
      const tab = await openUnlocked({ ...browser, storage: faulty }, {}, alone);
      const progress = strikeAt(n, faulty, fate);
      const outcome = await tab.vault.rotate([SECRETS], { batch: 2 }).then(
        () => 'ended',
        () => 'failed',
      );
      hasPassed = !progress.hasStruck;
      if (hasPassed) expect(outcome).toBe('ended');
      const next = await openUnlocked(browser, {}, alone);
      expect(await allSecrets(next)).toEqual(SECRET_TEXTS);
      const { dataKeys } = keyringOf(next);
      keyCounts.add(dataKeys.length);
      if (outcome === 'ended') expect(dataKeys).toHaveLength(1);
      await next.vault.rotate([SECRETS]);
      expect(await allSecrets(next)).toEqual(SECRET_TEXTS);
      expect(keyringOf(next).dataKeys).toHaveLength(1);
      // One that was begun is ended with the key that it was begun with.
      if (dataKeys.length === 2) expect(keyringOf(next).dataKeys[0]?.id).toBe(dataKeys[1]?.id);
      await next.database.close();
    }
    // A commit that was kept is looked up, and the rotation goes on; the others strike before it began, and within it.
    expect(keyCounts).toEqual(new Set(fate.isKept ? [1] : [1, 2]));
  });
});

describe('after each batch of a rotation', () => {
  it('every secret opens in a tab that is opened then', async () => {
    const browser = await withSecrets();
    const tab = await openUnlocked(browser, {}, alone);
    const looks: Promise<string[]>[] = [];
    const look = async () => allSecrets(await openUnlocked(browser, {}, alone));
    await tab.vault.rotate([SECRETS], { batch: 1, onProgress: () => looks.push(look()) });
    for (const secrets of await Promise.all(looks)) expect(secrets).toEqual(SECRET_TEXTS);
    expect(looks).toHaveLength(6);
  });
});

describe('a tab that ends within a rotation', () => {
  it('leaves it to any other to finish', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const browser = newBrowser(faulty);
    const tab = await openUnlocked(browser, {}, alone);
    for (const [index, text] of SECRET_TEXTS.entries()) await keep(tab, index + 1, text);
    const ended = rejection(tab.vault.rotate([SECRETS], { batch: 1, onProgress: ({ done }) => void (done === 2 && tab.vault.close()) }));
    expect(await ended).toMatchObject({ name: 'ClosedError' });
    const next = await openUnlocked(browser, {}, alone);
    expect(keyringOf(next).dataKeys).toHaveLength(2);
    expect(await next.vault.rotate([SECRETS])).toEqual({ resealed: 3, foreign: 0 });
    expect(await allSecrets(next)).toEqual(SECRET_TEXTS);
  });
});
