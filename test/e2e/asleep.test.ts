import type { BrowserContext } from 'playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { startPlainChromium } from './plain-chromium.js';
import { Tab } from './tab.js';

const COMMITS = 500;

describe('a tab that slept while another wrote', () => {
  let context: BrowserContext;

  beforeAll(async () => {
    const browser = await startPlainChromium();
    context = browser.context;
    // Vite's client reloads a page that has lost its connection to the server, as one that sleeps has.
    await context.route('**/@vite/client', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    return () => browser.close();
  });

  it('frozen for hundreds of commits that were folded past it, catches up when it wakes, and writes on top', async () => {
    const [asleep, awake] = [await Tab.open(context), await Tab.open(context)];
    await asleep.openDatabase('frozen', 'counters');
    await awake.openDatabase('frozen', 'counters');
    await asleep.run(watch, undefined);
    // Only a page that is hidden can be frozen.
    await awake.page.bringToFront();
    const session = await context.newCDPSession(asleep.page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await awake.run(writeAndFold, { name: 'frozen', commits: COMMITS });
    await session.send('Page.setWebLifecycleState', { state: 'active' });

    await expect.poll(() => asleep.values('SELECT value FROM counters'), { timeout: 10_000 }).toEqual([[COMMITS]]);
    await expectOneLine(asleep, awake, COMMITS + 1);
    const seen = await asleep.run(() => window.seen as number[], undefined);
    // It froze a moment after it was told to, and saw nothing between that and the last commit.
    expect(seen.slice(-2)).toEqual([COMMITS, COMMITS + 1]);
    expect(seen.length).toBeLessThan(COMMITS / 2);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('in the back/forward cache, catches up when it is shown again, and writes on top', async () => {
    const [asleep, awake] = [await Tab.open(context), await Tab.open(context)];
    await asleep.openDatabase('cached', 'counters');
    // Without hints: one would have Chromium throw the page out of the cache.
    await awake.run(async (name) => {
      const { counters } = window.chains;
      window.db = await window.tablite.openDatabase({ name, migrations: counters, environment: { openChannel: () => undefined } });
    }, 'cached');
    await asleep.run(watch, undefined);
    await asleep.page.goto('about:blank');
    await awake.run(writeAndFold, { name: 'cached', commits: COMMITS });
    // Playwright's goBack() waits for a load, which there is none of.
    await asleep.page.evaluate(() => setTimeout(() => history.back()));
    await asleep.page.waitForURL(/tab.html/, { waitUntil: 'commit' });

    await expect.poll(() => asleep.values('SELECT value FROM counters'), { timeout: 10_000 }).toEqual([[COMMITS]]);
    expect(await asleep.run(() => window.wasCached, undefined)).toBe(true);
    await expectOneLine(asleep, awake, COMMITS + 1);
    expect(await asleep.run(() => window.seen, undefined)).toEqual([COMMITS, COMMITS + 1]);
  });
});

declare global {
  interface Window {
    /** What the counter was whenever the tab was told of a change. */
    seen: unknown[];
    /** Whether the page was shown out of the back/forward cache. */
    wasCached: boolean;
  }
}

/** Notes what the tab shows from now on. */
function watch(): void {
  window.seen = [];
  window.wasCached = false;
  window.db.subscribe('all', () => window.seen.push(window.db.values('SELECT value FROM counters')[0]?.[0]));
  window.addEventListener('pageshow', ({ persisted }) => {
    window.wasCached ||= persisted;
  });
}

/** Many commits, and a fold of those that everybody has had time to read. */
async function writeAndFold({ name, commits }: { name: string; commits: number }): Promise<void> {
  for (let n = 0; n < commits; n++) await window.db.run('UPDATE counters SET value = value + 1');
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(`tablite:${name}`);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const checkpointSeq = () =>
    new Promise<number>((resolve, reject) => {
      const request = database.transaction('records').objectStore('records').get(['meta']);
      request.onsuccess = () => resolve(request.result.checkpointSeq);
      request.onerror = () => reject(request.error);
    });
  while ((await checkpointSeq()) < commits / 2) await new Promise((resolve) => setTimeout(resolve, 20));
  database.close();
}

/** Both tabs write once more, each on top of the other. */
async function expectOneLine(asleep: Tab, awake: Tab, value: number): Promise<void> {
  const increment = () => window.db.run('UPDATE counters SET value = value + 1');
  await asleep.run(increment, undefined);
  await awake.run(() => window.db.refresh(), undefined);
  for (const tab of [asleep, awake]) {
    expect(await tab.values('SELECT value FROM counters')).toEqual([[value]]);
    expect(await tab.values('PRAGMA integrity_check')).toEqual([['ok']]);
  }
}
