import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MigrationCode, readContent } from '../migrate/content.js';
import { AuthoringError, systemCode } from './authoring-error.js';

/** Runs a module, with all that it imports, as it is on disk now. */
type ModuleRunner = (path: string) => Promise<unknown>;

/**
 * The code of a migration file. Vite runs it where it is installed, since that is what bundles it for the app; without Vite
 * it is whatever Node itself can import.
 *
 * @throws {AuthoringError} when the module cannot be loaded.
 * @throws {MigrationError} when it does not export `revision` and `up`.
 */
export async function loadCode(path: string, runner: Promise<ModuleRunner | undefined> = viteRunner()): Promise<MigrationCode> {
  const content = readContent(basename(path), await load(path, (await runner) ?? nodeRunner));
  // readContent() gives SQL for the names of SQL files only.
  return (content as { code: MigrationCode }).code;
}

async function load(path: string, run: ModuleRunner): Promise<unknown> {
  const file = basename(path);
  try {
    return await run(path);
  } catch (cause) {
    if (systemCode(cause) === 'ERR_UNKNOWN_FILE_EXTENSION') {
      const message = 'this Node does not run TypeScript. Install vite, which runs it, or write the file in JavaScript.';
      throw new AuthoringError('CODE_NEEDS_VITE', { file }, message, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AuthoringError('CODE_LOAD', { file }, `the module could not be loaded: ${reason}. Correct the code.`, { cause });
  }
}

/** Undefined where Vite is not installed. */
async function viteRunner(): Promise<ModuleRunner | undefined> {
  try {
    const { runnerImport } = await import('vite');
    return async (path) => (await runnerImport<unknown>(path, { configFile: false, logLevel: 'silent' })).module;
  } catch (cause) {
    if (systemCode(cause) === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw cause;
  }
}

const nodeRunner: ModuleRunner = (path) => import(/* @vite-ignore */ pathToFileURL(path).href);
