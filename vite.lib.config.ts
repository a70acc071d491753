import { chmodSync, copyFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { tablite } from './src/vite.js';

const WASM = 'sql.js/dist/sql-wasm-browser.wasm';

/** The wasm file is shipped beside the library and named by its own URL, which every bundler and plain ESM understand. */
function shipWasm(): Plugin {
  return {
    name: 'ship-wasm',
    enforce: 'pre',
    resolveId: (id) => (id === `${WASM}?url` ? '\0wasm-url' : undefined),
    load: (id) => (id === '\0wasm-url' ? "export default new URL('./sql-wasm-browser.wasm', import.meta.url).href;" : undefined),
    // Vite keeps its own hands off what it leaves for run time by adding an empty string; the app's bundler is to see it.
    generateBundle: (_, bundle) => {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace('"" + import.meta.url', 'import.meta.url');
      }
    },
    writeBundle: ({ dir }) => copyFileSync(`node_modules/${WASM}`, `${dir}/sql-wasm-browser.wasm`),
  };
}

const WORKER = 'examination-worker.js';

/** The worker, with all that it needs in one file, is shipped beside the library and named by its own URL too. */
function shipWorker(): Plugin {
  // As Vite writes it: for the root of an app's server, and with marks that keep its own hands off.
  const written = /new URL\(\s*\/\* @vite-ignore \*\/\s*"\/examination-worker\.js",\s*(?:"" \+ )?import\.meta\.url\s*\)/;
  return {
    name: 'ship-worker',
    generateBundle: (_, bundle) => {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replace(written, `new URL("./${WORKER}", import.meta.url)`);
      }
    },
  };
}

/** The declaration of the plugin's module is shipped as it is written: the compiler copies none. */
function shipVirtual(): Plugin {
  return {
    name: 'ship-virtual',
    writeBundle: ({ dir }) => copyFileSync('src/vite/virtual.d.ts', `${dir}/virtual.d.ts`),
  };
}

const KEPT_ENV = '__app_env__';

/** What the app's own Vite is to put in place of `import.meta.env`, this build leaves for it. */
function shipEnv(): Plugin {
  return {
    name: 'ship-env',
    enforce: 'pre',
    transform: (code, id) =>
      id.endsWith('/database-url.ts') ? { code: code.replaceAll('import.meta.env', KEPT_ENV), map: null } : undefined,
    generateBundle: (_, bundle) => {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk') chunk.code = chunk.code.replaceAll(KEPT_ENV, 'import.meta.env');
      }
    },
  };
}

/** `npx tablite` runs the command by its first line, and as a program. */
function shipCommand(): Plugin {
  return {
    name: 'ship-command',
    writeBundle: ({ dir }) => chmodSync(`${dir}/cli.js`, 0o755),
  };
}

const config: UserConfig = defineConfig({
  plugins: [tablite(), shipWasm(), shipWorker(), shipEnv(), shipVirtual(), shipCommand()],
  worker: { format: 'es', rollupOptions: { output: { entryFileNames: WORKER } } },
  build: {
    target: 'es2023',
    minify: false,
    sourcemap: true,
    lib: {
      entry: {
        index: 'src/index.ts',
        drizzle: 'src/drizzle.ts',
        seal: 'src/seal.ts',
        vibesurf: 'src/vibesurf.ts',
        node: 'src/node.ts',
        testing: 'src/testing.ts',
        vite: 'src/vite.ts',
        cli: 'src/cli/main.ts',
      },
      formats: ['es'],
    },
    rollupOptions: {
      external: [
        /^(?!.*\.wasm)(sql\.js|idb-keyval|crc-32|vite|@noble\/hashes|drizzle-orm|valibot|croner|uuid)(\/|$)/,
        ...builtinModules.flatMap((name) => [name, `node:${name}`]),
      ],
    },
  },
});

export default config;
