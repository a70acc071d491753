import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium } from 'playwright';
import { killTree } from './process-tree.js';

const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
const START_MS = 40_000;
const CONNECT_MS = 6_000;
const MOST_CONNECTS = 6;
const CALL_MS = 20_000;

/** A Chromium whose pages are hidden, frozen and cached like a user's. */
export interface PlainChromium {
  readonly context: BrowserContext;
  /** Ends it, and deletes the profile. */
  close(): Promise<void>;
}

/** Playwright's own launch has every page believe that it is visible, and switches the back/forward cache off. Linux only. */
export async function startPlainChromium(): Promise<PlainChromium> {
  const folder = await mkdtemp(join(tmpdir(), 'tablite-plain-'));
  const args = ['--headless', '--no-sandbox', '--no-first-run', `--user-data-dir=${folder}`, '--remote-debugging-port=0', 'about:blank'];
  const child = spawn(executablePath, args, { stdio: 'ignore' });
  const close = async () => {
    if (child.pid !== undefined) await killTree(child.pid);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const browser = await connectTo(await portOf(folder));
    const [context] = browser.contexts();
    if (!context) throw new Error('Chromium has no default context');
    context.setDefaultTimeout(CALL_MS);
    return { context, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** A browser that is only just starting may leave a connection without an answer, and answers the next. */
async function connectTo(port: string): Promise<Browser> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true, timeout: CONNECT_MS });
    } catch (thrown) {
      if (attempt === MOST_CONNECTS) throw thrown;
    }
  }
}

/** The port on which a Chromium can be talked to, which it writes into its profile. */
async function portOf(folder: string): Promise<string> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const [port] = (await readFile(join(folder, 'DevToolsActivePort'), 'utf8').catch(() => '')).split('\n');
    if (port) return port;
    if (Date.now() > deadline) throw new Error(`Chromium did not start within ${START_MS} ms`);
    await sleep(20);
  }
}
