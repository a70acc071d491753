import { DatabaseUrlError } from '../errors/database-url-error.js';

/** Where a database is kept, as its address says. `name` tells databases of one kind apart. */
export type DatabasePlace =
  | { readonly kind: 'idb' | 'memory'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string; readonly path: string };

const POSSIBLE = '"idb:name" for IndexedDB, "memory:" for a database that ends with the page, or in Node "file:path" for a folder';
const EMBEDDED = 'idb:vibesurf';
const SQLITE_ENGINES = new Set(['sqlite', 'sqlite+aiosqlite', 'sqlite+pysqlite']);

/** The address in `VITE_VIBESURF_DATABASE_URL`, of Vite or of Node's environment, or else the embedded database. */
export function defaultDatabaseUrl(): string {
  // Vite puts this one value in the place of this very expression; of another, as with brackets, it makes an object of all there are.
  // Without Vite there is no `env`, whatever its declaration says.
  const fromVite: string | undefined = import.meta.env?.VITE_VIBESURF_DATABASE_URL;
  return fromVite || globalThis.process?.env?.['VITE_VIBESURF_DATABASE_URL'] || EMBEDDED;
}

/**
 * What an address says: `idb:name`, `memory:`, `memory:name`, or `file:path`.
 *
 * @throws {DatabaseUrlError} for anything else, with what is possible.
 */
export function parseDatabaseUrl(url: string): DatabasePlace {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(typeof url === 'string' ? url : '') ?? [];
  if (scheme === undefined || rest === undefined) throw unreadable('it has no scheme');
  const kind = scheme.toLowerCase();
  if (kind === 'memory') return { kind, name: rest || 'memory' };
  if (kind !== 'idb' && kind !== 'file') throw otherEngine(kind);
  if (rest === '' || rest.includes('\0')) throw unreadable(`nothing that can be a name follows "${kind}:"`);
  if (kind === 'idb') return { kind, name: rest };
  const path = rest.startsWith('//') ? pathOf(url) : rest;
  return { kind, name: path, path };
}

/** The path of a `file://` URL, as https://url.spec.whatwg.org reads it. */
function pathOf(url: string): string {
  const [, path] = /^file:\/\/(\/.+)$/i.exec(url) ?? [];
  try {
    if (path !== undefined) return decodeURIComponent(path);
  } catch (cause) {
    throw unreadable('its path is not encoded as that of a URL', { cause });
  }
  throw unreadable('a file:// address has three slashes and a path');
}

function unreadable(why: string, options?: ErrorOptions): DatabaseUrlError {
  return new DatabaseUrlError('DATABASE_URL', `The database address cannot be used: ${why}. Possible are ${POSSIBLE}.`, options);
}

function otherEngine(scheme: string): DatabaseUrlError {
  if (SQLITE_ENGINES.has(scheme)) {
    return new DatabaseUrlError(
      'DATABASE_URL',
      `An address that begins with "${scheme}:" is the backend's. Its file is not opened in place: read it and call importBackend(bytes). Possible here are ${POSSIBLE}.`,
    );
  }
  return new DatabaseUrlError(
    'DATABASE_ENGINE',
    `The engine "${scheme}" is not SQLite, and Tablite is nothing else. Possible are ${POSSIBLE}; of another engine, export a SQLite file with the backend and import that.`,
  );
}
