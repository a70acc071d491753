import { defineConfig, type UserConfig } from 'vite';

const config: UserConfig = defineConfig({
  build: { outDir: 'dist-app' },
});

export default config;
