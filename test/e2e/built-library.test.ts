import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newProfile } from './profile.js';
import { serveFolders } from './serve-folders.js';

/** Within the repository, so that Node finds the dependencies. */
const BUILT = resolve('node_modules/.vite-e2e/library');

/** The dependencies as a page without a bundler gets them: two of them are scripts that set a global. */
const PAGE = `<!doctype html>
  <script src="/node_modules/sql.js/dist/sql-wasm-browser.js"></script>
  <script src="/node_modules/crc-32/crc32.js"></script>
  <script type="importmap">
    {
      "imports": {
        "sql.js": "data:text/javascript,export default initSqlJs",
        "crc-32": "data:text/javascript,export default CRC32",
        "idb-keyval": "/node_modules/idb-keyval/dist/index.js",
        "@noble/hashes/": "/node_modules/@noble/hashes/"
      }
    }
  </script>
  <script type="module">
    import { openDatabase } from '/library/index.js';
    const migrations = [{ name: 'v001_visits.sql', sql: 'CREATE TABLE visits (id INTEGER PRIMARY KEY)' }];
    const db = await openDatabase({ name: 'built', migrations });
    await db.run('INSERT INTO visits DEFAULT VALUES');
    document.title = 'visits: ' + db.values('SELECT count(*) FROM visits')[0][0];
  </script>`;

/** An app that exports its database and imports it again; its title says what the worker of the import has answered. */
const IMPORTING = `
  import { openDatabase } from '${BUILT}/index.js';
  const answers = [];
  const Stock = globalThis.Worker;
  globalThis.Worker = class extends Stock {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => answers.push(data.answer));
    }
  };
  const db = await openDatabase({ name: 'built', migrations: [{ name: 'v001_visits.sql', sql: 'CREATE TABLE visits (id INTEGER PRIMARY KEY)' }] });
  await db.run('INSERT INTO visits DEFAULT VALUES');
  await db.import(await db.export());
  document.title = 'visits: ' + db.values('SELECT count(*) FROM visits')[0][0] + ', worker: ' + answers.join();`;

/** What an app may demand of its pages; sql.js needs WebAssembly, and its file to be fetched. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** Run by Node itself, with the folder of the database as its argument. */
const SCRIPT = `
  import { openDatabase } from '${BUILT}/index.js';
  import { fileStorage } from '${BUILT}/node.js';
  const migrations = [{ name: 'v001_visits.sql', sql: 'CREATE TABLE visits (id INTEGER PRIMARY KEY)' }];
  const db = await openDatabase({ name: 'built', migrations, storage: fileStorage(process.argv[1]) });
  await db.run('INSERT INTO visits DEFAULT VALUES');
  console.log(db.values('SELECT count(*) FROM visits')[0][0]);
  await db.close();`;

/** As above, with a door that needs Drizzle; a folder is where only Node can keep one. */
const VIBESURF = `
  import { DatabaseManager, listRecentTasks, saveTask } from '${BUILT}/vibesurf.js';
  const manager = new DatabaseManager('file:' + process.argv[1]);
  await manager.createTables();
  await manager.session((tx) => saveTask(tx, { sessionId: 's', taskDescription: 'd', llmProfileName: 'p' }));
  console.log(await manager.getDbVersion(), listRecentTasks(manager.db).length);
  await manager.close();`;

describe('the built library', () => {
  beforeAll(async () => {
    await build({ configFile: 'vite.lib.config.ts', logLevel: 'warn', build: { outDir: BUILT, emptyOutDir: true } });
  });

  it('names its wasm file in the form that bundlers look for', async () => {
    const scripts = (await readdir(BUILT)).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(scripts.map((name) => readFile(join(BUILT, name), 'utf8')));
    // It names its neighbour: in whatever chunk it ends up, the wasm file lies beside that.
    expect(texts.filter((text) => /new URL\("\.\/sql-wasm-browser\.wasm", import\.meta\.url\)/.test(text))).toHaveLength(1);
  });

  it('works in a page that no bundler has touched', async () => {
    const page = await (await (await newProfile()).launch()).newPage();
    const origin = await serveFolders(PAGE, { library: BUILT, node_modules: resolve('node_modules') });
    for (const visits of [1, 2]) {
      await page.goto(origin);
      await page.waitForFunction((title) => document.title === title, `visits: ${visits}`);
    }
  });

  it('looks at a file to be imported in its worker, bundled or not', async () => {
    const context = await (await newProfile()).launch();
    const [needs] = PAGE.split('<script type="module">');
    const unbundled = `${needs}<script type="module">${IMPORTING.replace(BUILT, '/library')}</script>`;
    const plain = await serveFolders(unbundled, { library: BUILT, node_modules: resolve('node_modules') });
    const bundled = await serveApp(IMPORTING, `${POLICY}; worker-src 'self'`);
    for (const origin of [plain, bundled]) {
      const page = await context.newPage();
      await page.goto(origin);
      await page.waitForFunction(() => document.title !== '');
      expect(await page.title()).toBe('visits: 1, worker: loaded,findings,image');
    }
  });

  it('imports without its worker where a policy forbids it', async () => {
    const page = await (await (await newProfile()).launch()).newPage();
    await page.goto(await serveApp(IMPORTING, `${POLICY}; worker-src 'none'`));
    await page.waitForFunction(() => document.title !== '');
    expect(await page.title()).toBe('visits: 1, worker:');
  });

  it.each([
    ['the core', SCRIPT, ['1\n', '2\n']],
    ["VibeSurf's door", VIBESURF, ['8 1\n', '8 2\n']],
  ])('works in Node, with a folder to keep the database in: %s', async (_, script, printed) => {
    const folder = await mkdtemp(join(tmpdir(), 'tablite-built-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const visit = () => execFileSync(process.execPath, ['--input-type=module', '--eval', script, folder], { encoding: 'utf8' });
    expect([visit(), visit()]).toEqual(printed);
  });

  it("puts the address of the database into an app's build, and no other variable of its environment", async () => {
    const folder = await mkdtemp(join(BUILT, '../app-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, '.env'), 'VITE_VIBESURF_DATABASE_URL=idb:from-the-app\nVITE_TOKEN=nobody-asked-for-this\n');
    await writeFile(
      join(folder, 'main.js'),
      `import { defaultDatabaseUrl } from '${BUILT}/vibesurf.js'; document.title = defaultDatabaseUrl();`,
    );
    await writeFile(join(folder, 'index.html'), '<script type="module" src="./main.js"></script>');
    await build({ root: folder, configFile: false, logLevel: 'warn' });
    const files = await readdir(join(folder, 'dist/assets'));
    const texts = await Promise.all(
      files.filter((name) => name.endsWith('.js')).map((name) => readFile(join(folder, 'dist/assets', name), 'utf8')),
    );
    expect(texts.some((text) => text.includes('idb:from-the-app'))).toBe(true);
    expect(texts.some((text) => text.includes('nobody-asked-for-this'))).toBe(false);
  });

  it('leaves the address of the database to the environment of the app, and imports nothing of Node but where Node is', async () => {
    const texts = await Promise.all(['index', 'drizzle', 'seal', 'vibesurf'].map((door) => bundleOf(door)));
    expect(texts[3]).toContain('import.meta.env?.VITE_VIBESURF_DATABASE_URL');
    for (const text of texts) expect(text).not.toMatch(/from ["']node:/);
    // Whoever wants no Drizzle has none.
    for (const text of [texts[0], texts[2]]) expect(text).not.toMatch(/drizzle-orm|valibot|croner/);
  });
});

/** Builds an app on the library with Vite, and serves it under a policy until the test ends. @returns the origin. */
async function serveApp(script: string, policy: string): Promise<string> {
  const folder = await mkdtemp(join(BUILT, '../app-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'main.js'), script);
  await writeFile(join(folder, 'index.html'), '<script type="module" src="./main.js"></script>');
  await build({ root: folder, configFile: false, logLevel: 'warn', build: { target: 'es2023' } });
  const page = await readFile(join(folder, 'dist/index.html'), 'utf8');
  return serveFolders(page, { assets: join(folder, 'dist/assets') }, policy);
}

/** The text of a door and of every file that it imports. */
async function bundleOf(door: string): Promise<string> {
  const texts = new Map<string, string>();
  const add = async (name: string): Promise<void> => {
    if (texts.has(name)) return;
    const text = await readFile(join(BUILT, name), 'utf8');
    texts.set(name, text);
    for (const [, imported] of text.matchAll(/(?:from|import\()\s*["']\.\/([^"']+\.js)["']/g)) if (imported) await add(imported);
  };
  await add(`${door}.js`);
  return [...texts.values()].join('\n');
}
