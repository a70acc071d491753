import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';

const config: ViteUserConfig = defineConfig({
  optimizeDeps: { include: ['sql.js', 'crc-32', 'idb-keyval', 'fast-check', '@noble/hashes/sha2.js', '@noble/hashes/utils.js'] },
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
          exclude: ['test/browser/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'chromium',
          include: ['test/**/*.test.ts'],
          exclude: ['test/node/**'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});

export default config;
