import { resolve } from 'node:path';
import { createServer } from 'vite';
import type { TestProject } from 'vitest/node';
import { tablite } from '../../src/vite.js';
import { PRE_BUNDLED } from '../pre-bundled.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the pages are served. One port for the whole run: the origin includes it, and the data belongs to the origin. */
    origin: string;
  }
}

/** Serves the repository's sources for all tests of the project. @returns what ends the server. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await createServer({
    root: resolve('.'),
    configFile: false,
    plugins: [tablite()],
    logLevel: 'warn',
    cacheDir: resolve('node_modules/.vite-e2e/server'),
    // Nothing may reload a page in the middle of a test: no file is watched, and no dependency is found late.
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: PRE_BUNDLED },
  });
  await server.listen();
  const [url = ''] = server.resolvedUrls?.local ?? [];
  project.provide('origin', new URL(url).origin);
  return () => server.close();
}
