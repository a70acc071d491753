import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { build } from 'vite';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tablite } from '../../src/vite.js';
import { makeProfile } from './profile.js';
import { serveFolders } from './serve-folders.js';

const PAGE = 'test/e2e/pages/app.html';

describe('a tab whose app is older than that of another', () => {
  let builds: string;
  let context: BrowserContext;
  /** Where each address is served from; a release puts a newer build there. */
  let served: { old: string; new: string };
  let origin: string;

  beforeAll(async () => {
    builds = await mkdtemp(join(tmpdir(), 'tablite-builds-'));
    for (const version of [1, 2]) await buildApp(version, join(builds, String(version)));
    const profile = await makeProfile();
    context = await profile.launch();
    return async () => {
      await profile.remove();
      await rm(builds, { recursive: true, force: true });
    };
  });

  beforeEach(async () => {
    served = { old: join(builds, '1'), new: join(builds, '2') };
    // A port of its own is an origin of its own.
    origin = await serveFolders('', served);
  });

  async function openApp(address: 'old' | 'new'): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${origin}/${address}/${PAGE}`);
    await page.waitForFunction(() => 'app' in window);
    return page;
  }

  it('is told, reads on and writes nothing, until it is reloaded', async () => {
    const old = await openApp('old');
    expect(await write(old, 'from the old')).toBeUndefined();
    const newer = await openApp('new');
    await old.waitForFunction(() => window.app.db.status.state === 'outdated');
    expect(await old.evaluate(() => window.app.told.at(-1))).toBe('outdated: OutdatedError');

    expect(await write(newer, 'from the new')).toBeUndefined();
    await old.waitForFunction(() => window.app.db.values('SELECT 1 FROM notes').length === 2);
    expect(await write(old, 'too late')).toEqual({ name: 'OutdatedError', schemaVersion: 2, known: 1 });
    const rows = [
      ['from the old', 2],
      ['from the new', 1],
    ];
    for (const page of [old, newer]) expect(await notes(page)).toEqual(rows);

    served.old = served.new;
    await old.reload();
    await old.waitForFunction(() => 'app' in window);
    expect(await old.evaluate(() => window.app.version)).toBe(2);
    expect(await notes(old)).toEqual(rows);
    expect(await write(old, 'after the reload')).toBeUndefined();
    await newer.waitForFunction(() => window.app.db.values('SELECT 1 FROM notes').length === 3);
  });

  it('has each of the writes that were on their way either in the migrated database, or rejected and nowhere', async () => {
    const old = await openApp('old');
    const writing = old.evaluate(async () => {
      const [kept, refused]: string[][] = [[], []];
      const one = (text: string) =>
        window.app.db.run('INSERT INTO notes (text) VALUES (?)', [text]).then(
          () => void kept?.push(text),
          (error: Error) => void refused?.push(`${text} ${error.name}`),
        );
      for (let n = 0; refused?.length === 0; n += 3) await Promise.all([one(`${n}`), one(`${n + 1}`), one(`${n + 2}`)]);
      return { kept, refused };
    });
    await old.waitForFunction(() => window.app.db.values('SELECT 1 FROM notes').length > 20);
    const newer = await openApp('new');
    const { kept, refused } = await writing;
    await newer.evaluate(() => window.app.db.refresh());
    const texts = (await notes(newer)).map(([text]) => text);
    expect(texts).toEqual(kept);
    expect(refused?.filter((each) => !each.endsWith(' OutdatedError'))).toEqual([]);
    // What was kept went through the migration; what came behind it could not.
    expect((await notes(newer)).every(([, stars]) => stars === 2)).toBe(true);
  });
});

/** A build of the app at a version, with a bundle of the library of its own. */
async function buildApp(version: number, outDir: string): Promise<void> {
  await build({
    root: resolve('.'),
    base: './',
    configFile: false,
    plugins: [tablite()],
    logLevel: 'warn',
    define: { APP_VERSION: version },
    build: { outDir, emptyOutDir: true, target: 'esnext', minify: version > 1, rollupOptions: { input: PAGE } },
  });
}

/** @returns what the write was rejected with. */
function write(page: Page, text: string): Promise<unknown> {
  return page.evaluate(
    (text) =>
      window.app.db.run('INSERT INTO notes (text) VALUES (?)', [text]).then(
        () => undefined,
        ({ name, schemaVersion, known }) => ({ name, schemaVersion, known }),
      ),
    text,
  );
}

/** The rows as this tab sees them. */
function notes(page: Page): Promise<unknown[][]> {
  return page.evaluate(() => window.app.db.values('SELECT text, stars FROM notes ORDER BY id'));
}
