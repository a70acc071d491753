import initSqlJs from 'sql.js';
import { EngineError } from '../errors/engine-error.js';
import type { SqlJs, SqlJsConfig } from './sql-js.js';

let loading: Promise<SqlJs> | undefined;
/** sql.js itself, which starts once for a page. */
let starting: Promise<SqlJs> | undefined;

/**
 * sql.js, loaded once for this page. A failed load is forgotten, so that the next call tries again.
 *
 * `wasmUrl` is where sql-wasm-browser.wasm is served; Node reads the file beside sql.js and takes none.
 *
 * @throws {EngineError} `ENGINE_LOAD`
 */
export function loadSqlJs(wasmUrl: string): Promise<SqlJs> {
  loading ??= load(wasmUrl).catch((cause: unknown) => {
    loading = undefined;
    throw new EngineError(
      'ENGINE_LOAD',
      `sql.js could not be loaded${isNode() ? '' : ` from ${wasmUrl}`}. Check that the file is served and that the Content Security Policy allows 'wasm-unsafe-eval'; opening again retries.`,
      { cause },
    );
  });
  return loading;
}

async function load(wasmUrl: string): Promise<SqlJs> {
  // initSqlJs keeps its first promise for ever: what can fail in passing, the download, is done before it is called.
  const module = isNode() ? undefined : await compile(wasmUrl);
  starting ??= start(module);
  return starting;
}

function start(module: WebAssembly.Module | undefined): Promise<SqlJs> {
  return new Promise((resolve, reject) => {
    const config: SqlJsConfig = { useOldExtensionFunctions: false };
    if (module) {
      config.instantiateWasm = (imports, done) => {
        // sql.js waits for `done` for ever: a failure is told here.
        WebAssembly.instantiate(module, imports).then(done, reject);
        return {};
      };
    }
    keepingByteOrderMarks(() => initSqlJs(config)).then(resolve, reject);
  });
}

async function compile(wasmUrl: string): Promise<WebAssembly.Module> {
  const response = await fetch(wasmUrl, { credentials: 'same-origin' });
  if (!response.ok) throw new EngineError('ENGINE_LOAD', `The server answered with HTTP status ${response.status}.`);
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * sql.js reads all text with one `new TextDecoder()` that it makes while it starts, and whose default drops a leading
 * U+FEFF. Nothing else can run during this synchronous call.
 */
function keepingByteOrderMarks<Result>(start: () => Result): Result {
  const Stock = globalThis.TextDecoder;
  globalThis.TextDecoder = class extends Stock {
    constructor(label?: string, options?: TextDecoderOptions) {
      super(label, { ...options, ignoreBOM: true });
    }
  };
  try {
    return start();
  } finally {
    globalThis.TextDecoder = Stock;
  }
}

/** As sql.js itself tells: an Electron renderer is a browser. */
function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string' && (process as { type?: string }).type !== 'renderer';
}
