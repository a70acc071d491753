// Measures Tablite in a real Chromium with its profile on disk, beside bare IndexedDB and plain sql.js: npm run bench [-- --quick]
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import { build } from 'vite';
import { findChromium } from '../scripts/find-chromium.mjs';
import { serve } from './serve.mjs';
import { median, quantile, table } from './table.mjs';

const isQuick = process.argv.includes('--quick');
const SIZES = isQuick ? [1, 10] : [1, 10, 100];
const COMMITS = isQuick ? 60 : 500;
const BATCHES = isQuick ? 4 : 12;
const OPENS = isQuick ? 2 : 7;
const BULKS = isQuick ? 2 : 5;
const BACKED = isQuick ? 5 : 20;
const CHAINS = isQuick ? 5 : 30;
const STEP_MS = 300_000;

const executablePath = await findChromium();
const folder = await mkdtemp(join(tmpdir(), 'tablite-bench-'));
let server;
try {
  const input = resolve('bench/pages/bench.html');
  await build({ configFile: false, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true, rollupOptions: { input } } });
  server = await serve([folder, resolve('.')]);
  const results = [];
  for (const megabytes of SIZES) results.push(await measureSize(megabytes));
  report(results);
  reportChains(
    await inBrowser('chain', async (browser) => ({
      fresh: await browser.call('chains', CHAINS),
      again: await browser.call('reopenings', CHAINS),
      long: await browser.call('longChain', 1000),
    })),
  );
} finally {
  server?.close();
  await rm(folder, { recursive: true, force: true });
}

/** Everything at one size, in a profile of its own. */
async function measureSize(megabytes) {
  return inBrowser(`${megabytes}mb`, async (browser) => {
    await browser.call('fill', megabytes);
    const firstOpen = [];
    const opens = [];
    for (let n = 0; n < OPENS; n++) {
      await browser.restart();
      firstOpen.push(await browser.call('open'));
      await browser.reload();
      opens.push(await browser.call('open'));
    }
    const commits = await browser.call('commits', COMMITS);
    const inARow = await browser.call('commitsInARow', BATCHES, 50);
    const transactions = await browser.call('transactions', COMMITS);
    await browser.call('openPlain');
    const reads = await browser.call('pointReads', BATCHES, 2000);
    const bulk = await browser.call('bulkInserts', BULKS, 10_000);
    const migrations = await browser.call('backedMigrations', 'bench', BACKED);
    await browser.reload();
    const mirror = await browser.call('mirrorCosts', 'bench', BATCHES, 50);
    return { megabytes, mirror, firstOpen, opens, commits, inARow, transactions, reads, bulk, migrations };
  });
}

/** Runs `measure` with a browser on a new profile, and ends both. */
async function inBrowser(label, measure) {
  const profile = join(folder, `profile-${label}`);
  let context;
  let page;
  const start = async () => {
    context = await chromium.launchPersistentContext(profile, { executablePath, timeout: 30_000 });
    page = await context.newPage();
    await page.goto(`${server.origin}/bench/pages/bench.html`);
    await page.waitForFunction(() => 'bench' in window && crossOriginIsolated);
  };
  const browser = {
    restart: async () => {
      await context.close();
      await start();
    },
    reload: async () => {
      await page.reload();
      await page.waitForFunction(() => 'bench' in window);
    },
    call: async (name, ...values) => {
      const running = page.evaluate(([name, values]) => window.bench[name](...values), [name, values]);
      running.catch(() => undefined);
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${label}: ${name} took longer than ${STEP_MS} ms`)), STEP_MS);
      });
      return Promise.race([running, late]).finally(() => clearTimeout(timer));
    },
  };
  try {
    await start();
    return await measure(browser);
  } finally {
    await context?.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function report(results) {
  const size = ({ megabytes }) => `${megabytes} MB`;
  console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}; medians in ms unless said\n`);
  const commitRows = ['relaxed', 'strict'].flatMap((durability) =>
    results.map((result) => {
      const insert = result.commits[`insert ${durability}`];
      const put = result.commits[`put ${durability}`];
      const [p50, bare50] = [median(insert), median(put)];
      const [p95, bare95] = [quantile(insert, 0.95), quantile(put, 0.95)];
      return [`${size(result)} ${durability}`, p50, bare50, p50 / bare50, p95, bare95, p95 / bare95];
    }),
  );
  const heads = ['', 'insert p50', 'put p50', 'ratio', 'insert p95', 'put p95', 'ratio'];
  console.log(table(`Durable one-row insert beside one bare 4 KiB put, in turn (${COMMITS} each)`, heads, commitRows));
  const inARow = results.map((result) => beside(size(result), result.inARow.insert, result.inARow.put, 50));
  console.log(table(`The same in a row, relaxed (${BATCHES} batches of 50)`, ['', 'insert', 'put', 'ratio'], inARow));
  const async = results.map((result) => beside(size(result), result.transactions.transaction, result.transactions.write, 1));
  const asyncTitle = `Durable one-row insert in an asynchronous transaction beside one in a write (${COMMITS} each)`;
  console.log(table(asyncTitle, ['', 'transaction', 'write', 'ratio'], async));
  const reads = results.flatMap((result) =>
    Object.entries(result.reads).map(([kind, samples]) => {
      const ms = median(samples);
      return [`${size(result)} ${kind}`, (2000 / ms) * 1000, ms / median(result.reads.exclusive), ms / median(result.reads.plain)];
    }),
  );
  const readHeads = ['', 'reads a second', 'time: ratio to exclusive', 'ratio to plain'];
  console.log(
    table("Point reads; plain and exclusive are a prepared statement of sql.js in its own and in Tablite's locking mode", readHeads, reads),
  );
  const opens = results.map((result) => [size(result), median(result.opens), median(result.firstOpen)]);
  console.log(table('Open to first row', ['', 'in a new page', 'after a restart'], opens));
  const bulk = results.map((result) => beside(size(result), result.bulk.tablite, result.bulk.plain, 1));
  console.log(table('10,000 rows in one write', ['', 'Tablite, stored', 'plain sql.js, memory', 'ratio'], bulk));
  const mirror = results.map((result) => {
    const { inserts, lag, firstCopy, bytes } = result.mirror;
    const [on, off] = [median(inserts.with) / 50, median(inserts.without) / 50];
    return [size(result), on, off, on / off, median(lag), firstCopy, bytes.with / bytes.without];
  });
  const mirrorHeads = ['', 'insert with a mirror', 'without', 'ratio', 'until mirrored', 'first copy', 'space: ratio'];
  console.log(table(`One-row inserts in a row with a mirror and without (${BATCHES} batches of 50)`, mirrorHeads, mirror));
  const backed = results.map((result) => beside(size(result), result.migrations.migration, result.migrations.write, 1));
  const backedTitle = 'A migration of one small table, with the backup that it keeps, beside a strict write of the same SQL';
  console.log(table(backedTitle, ['', 'migration', 'write', 'ratio'], backed));
}

function reportChains({ fresh, again, long }) {
  const plain = median(fresh.plain);
  const chainRows = Object.entries(fresh).map(([kind, samples]) => [kind, median(samples), median(samples) / plain]);
  console.log(table('The chain of eight files on a new database', ['', 'ms', 'ratio to plain sql.js'], chainRows));
  const without = median(again.samples['no chain']);
  const againRows = Object.entries(again.samples).map(([kind, samples]) => [kind, median(samples), median(samples) / without]);
  const title = `Opening with nothing to apply: ${again.read} SQL files read of those that are loaded when needed`;
  console.log(table(title, ['', 'ms', 'ratio to no chain'], againRows));
  const { migrations, plan, run, events } = long;
  const heads = ['', 'ms', 'ratio to plain sql.js'];
  const longRows = [
    ['plain', long.plain, 1],
    ['planned', plan, plan / long.plain],
    ['opened, run, stored and closed', run, run / long.plain],
  ];
  console.log(table(`${migrations} migrations of one small table each, ${events} progress events`, heads, longRows));
}

function beside(label, mine, other, per) {
  return [label, median(mine) / per, median(other) / per, median(mine) / median(other)];
}
