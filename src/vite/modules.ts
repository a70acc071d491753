import { type ChainFile, type ChainFolder, chainOf } from '../authoring/chain-folder.js';
import { plainText } from '../migrate/content.js';

/** What an app imports: the chain, without the text of its files. */
export const MIGRATIONS_MODULE = 'virtual:tablite/migrations';
/** What that imports when a file has to be run: all texts, in one chunk. */
export const SQL_MODULE = 'virtual:tablite/sql';

/**
 * The source of the module that exports `migrations`.
 *
 * @throws {MigrationError} when the files are no chain.
 */
export function migrationsSource(folder: ChainFolder): string {
  const pathByName = new Map(folder.files.map(({ name, path }) => [name, path]));
  const references = chainOf(folder).map(({ name, checksum }) => {
    const load = name.endsWith('.sql') ? `sql(${quoted(name)})` : `() => import(${quoted(urlPath(pathByName.get(name) ?? name))})`;
    return `  { name: ${quoted(name)}, checksum: ${quoted(checksum)}, load: ${load} },\n`;
  });
  return [
    `const sql = (name) => async () => (await import(${quoted(SQL_MODULE)})).default[name];\n`,
    `export const migrations = [\n${references.join('')}];\n`,
  ].join('');
}

/** The source of the module whose default export has the SQL texts by name. */
export function sqlSource({ files }: ChainFolder): string {
  const texts = files.flatMap((file: ChainFile) => ('sql' in file ? [[file.name, plainText(file.sql)]] : []));
  return `export default ${JSON.stringify(Object.fromEntries(texts), null, 2)};\n`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Vite names files with slashes on every system. */
function urlPath(path: string): string {
  return path.replaceAll('\\', '/');
}
