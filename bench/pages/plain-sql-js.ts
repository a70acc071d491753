/** The part of sql.js that is measured; Tablite's own declaration has only what Tablite uses. */
export interface PlainDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): PlainStatement;
  export(): Uint8Array;
  close(): void;
}

export interface PlainStatement {
  bind(values: readonly unknown[]): boolean;
  step(): boolean;
  getAsObject(): Record<string, unknown>;
  reset(): boolean;
  run(values: readonly unknown[]): void;
  free(): boolean;
}

export interface PlainSqlJs {
  readonly Database: new (file?: Uint8Array) => PlainDatabase;
}

const FOLDER = '/node_modules/sql.js/dist';

/** sql.js as its own README loads it: a script of its own, which shares nothing with Tablite's. */
export async function loadPlainSqlJs(): Promise<PlainSqlJs> {
  const script = document.createElement('script');
  script.src = `${FOLDER}/sql-wasm-browser.js`;
  const loaded = new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
  });
  document.head.append(script);
  await loaded;
  // The script has set this global.
  const initSqlJs = Reflect.get(globalThis, 'initSqlJs') as (config: { locateFile(file: string): string }) => Promise<PlainSqlJs>;
  return initSqlJs({ locateFile: (file) => `${FOLDER}/${file}` });
}
