import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { tablite } from './src/vite.js';
import { PRE_BUNDLED } from './test/pre-bundled.js';

const chromiumPath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
const firefoxPath = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr';

/** `npm run test:firefox`; a part of them is among all tests, for the time that they take. */
const isEveryFirefoxSuite = process.env['TABLITE_FIREFOX'] === 'all';

const config: ViteUserConfig = defineConfig({
  plugins: [tablite()],
  resolve: { alias: { tablite: new URL('./src/index.ts', import.meta.url).pathname } },
  optimizeDeps: { include: [...PRE_BUNDLED, 'fast-check'] },
  test: {
    testTimeout: 60_000,
    // Browsers are started in some.
    hookTimeout: 60_000,
    // Of Node's tests, which are the longest, two at a time on two cores too: by default it would be one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'happy-dom',
          setupFiles: ['./test/setup-node.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/e2e/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'chromium',
          include: ['test/**/*.test.ts'],
          // Node's own, and the linter, which is the same everywhere.
          exclude: ['test/node/**', 'test/harness/**', 'test/e2e/**', 'test/lint/**'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromiumPath } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'firefox',
          // What depends on the browser: IndexedDB, and what is built on it. Pure logic is the same in every engine.
          include: isEveryFirefoxSuite
            ? ['test/{storage,store,database,engine,browser}/**/*.test.ts']
            : ['test/{storage,browser}/**/*.test.ts', 'test/database/{mirror,salvage,data-loss,transaction,import}.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            // A Firefox as it is released, not one that Playwright has patched.
            provider: playwright({ launchOptions: { channel: 'moz-firefox', executablePath: firefoxPath } }),
            instances: [{ browser: 'firefox' }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['./test/e2e/start-server.ts'],
          // After the other projects, one file at a time: browsers of their own beside others make all of them slow.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
        },
      },
    ],
  },
});

export default config;
