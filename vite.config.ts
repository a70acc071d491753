import { defineConfig, type UserConfig } from 'vite';
import { tablite } from './src/vite.js';

const config: UserConfig = defineConfig({
  plugins: [tablite()],
  build: { outDir: 'dist-app' },
});

export default config;
