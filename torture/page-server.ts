import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize, resolve } from 'node:path';
import { build } from 'vite';
import type { Plan, Report } from './protocol.js';
import { acceptWebSocket } from './web-socket.js';

const TYPE_BY_EXTENSION: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const PAGE = 'torture/page/torture.html';

/** Called with each report of a page of the session. */
export type OnReport = (tab: number, report: Report) => void;

/** Serves the page, and hears what it reports. One port as long as it lives: the origin, and so the data, belongs to it. */
export interface PageServer {
  readonly port: number;
  /** The address of a page that does as planned. */
  address(plan: Plan): string;
  /** Reports of this session go to `onReport` from now on; those of any other are too late. */
  hear(session: number, onReport: OnReport): void;
  close(): Promise<void>;
}

/** Builds the page for production, and serves it. */
export async function startPageServer(port: number): Promise<PageServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tablite-torture-page-'));
  const input = resolve(PAGE);
  await build({
    configFile: false,
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true, rollupOptions: { input }, target: 'esnext' },
  });
  let heard: { readonly session: number; readonly onReport: OnReport } | undefined;
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const content = await readFile(join(folder, path)).catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': TYPE_BY_EXTENSION[extname(path)] ?? 'text/plain' });
    response.end(content);
  });
  server.on('upgrade', (request, socket) => {
    const [, session = '', tab = ''] = (request.url ?? '').split('/');
    acceptWebSocket(request, socket, (text) => {
      // Both ends are ours.
      if (heard?.session === Number(session)) heard.onReport(Number(tab), JSON.parse(text) as Report);
    });
  });
  await new Promise<void>((done) => {
    server.listen(port, '127.0.0.1', done);
  });
  // A server that listens on a port has an AddressInfo.
  const taken = (server.address() as AddressInfo).port;
  return {
    port: taken,
    address: (plan) => `http://127.0.0.1:${taken}/${PAGE}#${encodeURIComponent(JSON.stringify(plan))}`,
    hear: (session, onReport) => {
      heard = { session, onReport };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
