/** Where the bundler serves sql.js's WebAssembly; Node does not use it. */
export { default as wasmUrl } from 'sql.js/dist/sql-wasm-browser.wasm?url';
