/**
 * The part of sql.js 1.16 that the engine uses, as it behaves at run time (@types/sql.js describes an older one).
 */
export interface SqlJs {
  readonly Database: new (data?: Uint8Array | ArrayLike<number>) => SqlJsDatabase;
}

export interface SqlJsDatabase {
  exec(sql: string): { columns: string[]; values: unknown[][] }[];
  prepare(sql: string): SqlJsStatement;
  export(): Uint8Array;
  getRowsModified(): number;
  close(): void;
}

export interface SqlJsStatement {
  bind(values: readonly unknown[]): boolean;
  step(): boolean;
  get(params?: null, config?: { useBigInt: boolean }): unknown[];
  getColumnNames(): string[];
  reset(): boolean;
  free(): boolean;
}

/** What `initSqlJs` takes: the two settings, and Emscripten's hook that hands over a compiled module. */
export interface SqlJsConfig {
  useOldExtensionFunctions: boolean;
  locateFile?: (file: string) => string;
  instantiateWasm?: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object;
}

/** The loader: in Node it reads its own wasm file, in browsers it is given a compiled module. */
export type InitSqlJs = (config: SqlJsConfig) => Promise<SqlJs>;
