import { dirname, join, resolve } from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import { LOCK_FILE } from '../authoring/lock-file.js';
import { type ChainModules, type ChainRules, readChainModules } from './chain-modules.js';
import { MIGRATIONS_MODULE, SQL_MODULE } from './modules.js';
import type { ReportPaths } from './report.js';

export interface TabliteOptions {
  /** The folder of migrations, from Vite's root; `migrations` by default. */
  readonly dir?: string;
  /** Whether the lint's findings count; true by default. The lock file counts always. */
  readonly lint?: boolean;
  /** What a file that is not in the lock file is to a build; `error` by default. The dev server takes it as it is. */
  readonly lock?: 'error' | 'warn';
}

const RESOLVED: ReadonlyMap<string, keyof Pick<ChainModules, 'migrations' | 'sql'>> = new Map([
  [`\0${MIGRATIONS_MODULE}`, 'migrations'],
  [`\0${SQL_MODULE}`, 'sql'],
]);

/**
 * Gives an app `virtual:tablite/migrations`: the chain in a folder, linted, with checksums of build time and the SQL in a chunk
 * of its own. A build fails where the chain is wrong; the dev server shows it with file and line, and reloads when a file changes.
 */
export function tablite({ dir = 'migrations', lint = true, lock = 'error' }: TabliteOptions = {}): Plugin {
  let paths: ReportPaths = { root: '', folder: dir };
  let rules: ChainRules = { lint, unlocked: 'fine' };
  let reading: Promise<ChainModules> | undefined;
  const read = (): Promise<ChainModules> => {
    reading ??= readChainModules(paths, rules);
    return reading;
  };
  const readAnew = (): Promise<ChainModules> => {
    reading = undefined;
    return read();
  };

  return {
    name: 'tablite',

    configResolved({ root, command }) {
      paths = { root, folder: resolve(root, dir) };
      rules = { lint, unlocked: command === 'serve' ? 'fine' : lock === 'warn' ? 'warning' : 'error' };
    },

    async buildStart() {
      const { warnings, failure, files } = await readAnew();
      for (const warning of warnings) this.warn(warning);
      for (const file of [...files, join(paths.folder, LOCK_FILE)]) this.addWatchFile(file);
      // The dev server starts all the same: it shows the failure in the page.
      if (failure && this.environment.config.command === 'build') this.error(failure);
    },

    resolveId: (id) => (RESOLVED.has(`\0${id}`) ? `\0${id}` : undefined),

    async load(id) {
      const module = RESOLVED.get(id);
      if (module === undefined) return undefined;
      const modules = await read();
      if (modules.failure) this.error(modules.failure);
      return { code: modules[module], moduleSideEffects: false };
    },

    configureServer(server) {
      server.watcher.add(paths.folder);
      const isOfChain = (path: string) => dirname(resolve(path)) === paths.folder;
      for (const event of ['add', 'change', 'unlink'] as const)
        server.watcher.on(event, (path) => {
          if (isOfChain(path)) void show(server, readAnew());
        });
    },
  };
}

/** Shows a chain that was read anew: reloads the page, or lays the failure over it. */
async function show(server: ViteDevServer, reading: Promise<ChainModules>): Promise<void> {
  for (const { moduleGraph } of Object.values(server.environments)) {
    for (const id of RESOLVED.keys()) {
      const module = moduleGraph.getModuleById(id);
      if (module) moduleGraph.invalidateModule(module);
    }
  }
  const { hot } = server.environments.client;
  try {
    const { warnings, failure } = await reading;
    for (const { message } of warnings) server.config.logger.warn(message);
    if (failure) {
      server.config.logger.error(failure.message);
      hot.send({ type: 'error', err: { ...failure, plugin: 'tablite', stack: '' } });
    } else hot.send({ type: 'full-reload' });
  } catch (thrown) {
    const { message, stack = '' } = thrown instanceof Error ? thrown : { message: String(thrown) };
    server.config.logger.error(message);
    hot.send({ type: 'error', err: { message, stack, plugin: 'tablite' } });
  }
}
