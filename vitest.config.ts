import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { tablite } from './src/vite.js';
import { PRE_BUNDLED } from './test/pre-bundled.js';

const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';

const config: ViteUserConfig = defineConfig({
  plugins: [tablite()],
  resolve: { alias: { tablite: new URL('./src/index.ts', import.meta.url).pathname } },
  optimizeDeps: { include: [...PRE_BUNDLED, 'fast-check'] },
  test: {
    testTimeout: 60_000,
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
          exclude: ['test/node/**', 'test/harness/**', 'test/e2e/**'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath } }),
            instances: [{ browser: 'chromium' }],
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
          // After the other projects: a browser of one's own beside them makes all of them slow.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export default config;
