import { copyFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const WASM = 'sql.js/dist/sql-wasm-browser.wasm';

/** The wasm file is shipped beside the library and named by its own URL, which every bundler and plain ESM understand. */
function shipWasm(): Plugin {
  return {
    name: 'ship-wasm',
    enforce: 'pre',
    resolveId: (id) => (id === `${WASM}?url` ? '\0wasm-url' : undefined),
    load: (id) => (id === '\0wasm-url' ? "export default new URL('./sql-wasm-browser.wasm', import.meta.url).href;" : undefined),
    closeBundle: () => copyFileSync(`node_modules/${WASM}`, 'dist/sql-wasm-browser.wasm'),
  };
}

const config: UserConfig = defineConfig({
  plugins: [shipWasm()],
  build: {
    target: 'es2023',
    minify: false,
    sourcemap: true,
    lib: { entry: { index: 'src/index.ts', node: 'src/node.ts' }, formats: ['es'] },
    rollupOptions: {
      external: [/^(sql\.js|idb-keyval|crc-32|@noble\/hashes)(\/|$)/, ...builtinModules.flatMap((name) => [name, `node:${name}`])],
    },
  },
});

export default config;
