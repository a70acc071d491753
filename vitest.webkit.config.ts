import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { tablite } from './src/vite.js';
import { PRE_BUNDLED } from './test/pre-bundled.js';
import { webkit } from './test/webkit/webkit.js';

/** The suites that depend on the browser, in WebKitGTK: npm run test:webkit. By hand, for it takes packages of a Linux. */
const config: ViteUserConfig = defineConfig({
  plugins: [tablite()],
  resolve: { alias: { tablite: new URL('./src/index.ts', import.meta.url).pathname } },
  optimizeDeps: { include: [...PRE_BUNDLED, 'fast-check'] },
  test: {
    name: 'webkit',
    testTimeout: 60_000,
    include: ['test/{storage,store,database,engine,browser}/**/*.test.ts'],
    browser: {
      enabled: true,
      screenshotFailures: false,
      provider: webkit(),
      instances: [{ browser: 'webkit' }],
    },
  },
});

export default config;
