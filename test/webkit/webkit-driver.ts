import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const MINI_BROWSER = process.env['WEBKIT_PATH'] ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';
const START_MS = 20_000;

/**
 * WebKitGTK's small browser on a screen that nobody sees, driven through WebDriver (https://www.w3.org/TR/webdriver2/).
 *
 * It needs Debian's packages `webkit2gtk-driver` and `xvfb`. What it stores ends with it.
 */
export class WebKitDriver {
  readonly #children: readonly ChildProcess[];
  readonly #address: string;
  #session = '';

  private constructor(children: readonly ChildProcess[], address: string) {
    this.#children = children;
    this.#address = address;
  }

  static async start(): Promise<WebKitDriver> {
    const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const [display] = await Promise.race([once(screen.stdio[3] as Readable, 'data'), failureOf(screen, 'Xvfb')]);
    const port = await freePort();
    const environment = { ...process.env, DISPLAY: `:${String(display).trim()}` };
    const server = spawn('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`], { stdio: 'ignore', env: environment });
    const driver = new WebKitDriver([server, screen], `http://127.0.0.1:${port}`);
    try {
      await Promise.race([driver.#begin(), failureOf(server, 'WebKitWebDriver')]);
    } catch (thrown) {
      await driver.close();
      throw thrown;
    }
    return driver;
  }

  async open(url: string): Promise<void> {
    await this.#send('POST', `/session/${this.#session}/url`, { url });
  }

  async close(): Promise<void> {
    if (this.#session) await this.#send('DELETE', `/session/${this.#session}`).catch(() => undefined);
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async #begin(): Promise<void> {
    const deadline = Date.now() + START_MS;
    const isReady = () =>
      this.#send('GET', '/status').then(
        () => true,
        () => false,
      );
    while (!(await isReady())) {
      if (Date.now() > deadline) throw new Error(`WebKitWebDriver did not start within ${START_MS} ms`);
      await sleep(50);
    }
    const browser = { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] } };
    const { sessionId } = (await this.#send('POST', '/session', { capabilities: { alwaysMatch: browser } })) as { sessionId: string };
    this.#session = sessionId;
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.#address + path, { method, ...(body && { body: JSON.stringify(body) }) });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`WebDriver refused ${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  }
}

/** Rejects when the process cannot be started, or ends. */
async function failureOf(child: ChildProcess, name: string): Promise<never> {
  const [cause] = await Promise.race([once(child, 'exit'), once(child, 'error').catch((error: unknown) => [error])]);
  throw new Error(`${name} did not start or has ended (${cause}). Install webkit2gtk-driver and xvfb.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an AddressInfo.
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
