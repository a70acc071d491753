import { describe, expect, it, vi } from 'vitest';
import { type Engine, engineOf } from '../../src/engine/engine.js';
import { loadSqlJs } from '../../src/engine/load-sql-js.js';
import type { SqlJs, SqlJsDatabase } from '../../src/engine/sql-js.js';
import { wasmUrl } from '../../src/engine/wasm-url.js';
import { EngineError } from '../../src/errors/engine-error.js';

const isBrowser = typeof process !== 'object';

if (isBrowser) {
  // Runs first: what is loaded stays loaded.
  describe('a download of sql.js that fails', () => {
    it.each([
      ['a missing file', () => Promise.resolve(new Response('not here', { status: 404 }))],
      ['a page in its place', () => Promise.resolve(new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }))],
      ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
    ])('is an error that names the address, for %s', async (_, fetch) => {
      vi.stubGlobal('fetch', fetch);
      const attempt = loadSqlJs('/nowhere/sql-wasm-browser.wasm');
      vi.unstubAllGlobals();
      await expect(attempt).rejects.toMatchObject({ name: 'EngineError', code: 'ENGINE_LOAD', cause: expect.any(Error) });
      await expect(attempt).rejects.toThrow(/\/nowhere\/sql-wasm-browser\.wasm.*wasm-unsafe-eval/);
    });

    it('is tried again by the next call', async () => {
      expect(await loadSqlJs(wasmUrl)).toHaveProperty('Database');
    });
  });
}

const sqlJs = () => loadSqlJs(wasmUrl);

/** A sql.js whose databases are made from what `alter` gives for a paged file. */
function altered(stock: SqlJs, alter: (data: Uint8Array) => SqlJsDatabase): SqlJs {
  const Database = new Proxy(stock.Database, {
    construct: (_, [data]: [Uint8Array?]) => (data ? alter(data) : new stock.Database()),
  });
  return { Database };
}

function refusalOf(fake: SqlJs): EngineError {
  let thrown: unknown;
  try {
    engineOf(fake);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(EngineError);
  // Checked on the line above.
  const refusal = thrown as EngineError;
  expect(refusal.code).toBe('ENGINE_UNFIT');
  expect(refusal.message).toMatch(/Needed: sql\.js >= 1\.16 < 2/);
  return refusal;
}

describe('the proof of the engine', () => {
  it('holds for sql.js as it is, and is made once', async () => {
    const engine: Engine = engineOf(await sqlJs());
    expect(engine.emptyImage.length).toBe(4096);
    expect(engineOf(await sqlJs())).toBe(engine);
  });

  it('refuses a sql.js that copies the file, naming its version', async () => {
    const stock = await sqlJs();
    const copying = altered(stock, (file) => new stock.Database(file.subarray(0, 4096).slice()));
    const version = new stock.Database().exec('SELECT sqlite_version()')[0]?.values[0]?.[0];
    expect(refusalOf(copying).message).toContain(`SQLite ${version}`);
    expect(refusalOf(copying).message).toMatch(/writes do not reach the paged file/);
  });

  it('refuses a sql.js that keeps a cache of its own over an undo', async () => {
    const stock = await sqlJs();
    const caching = altered(stock, (file) => {
      const database = new stock.Database(file);
      const exec = database.exec.bind(database);
      database.exec = (sql) => (sql.includes('shrink_memory') ? [] : exec(sql));
      return database;
    });
    expect(refusalOf(caching).message).toMatch(/an undone write still shows/);
  });

  it('refuses a sql.js that loses a byte order mark', async () => {
    const stock = await sqlJs();
    const dropping = altered(stock, (file) => {
      const database = new stock.Database(file);
      const prepare = database.prepare.bind(database);
      database.prepare = (sql) => {
        const statement = prepare(sql);
        const get = statement.get.bind(statement);
        statement.get = (...given) => get(...given).map((value) => (typeof value === 'string' ? value.replace(/^\ufeff/, '') : value));
        return statement;
      };
      return database;
    });
    expect(refusalOf(dropping).message).toMatch(/leading U\+FEFF/);
  });

  it('refuses what is no sql.js at all, and is made anew the next time', async () => {
    const stock = await sqlJs();
    let isBroken = true;
    const fake = altered(stock, (file) => {
      if (isBroken) throw new RangeError('out of order');
      return new stock.Database(file);
    });
    expect(refusalOf(fake).message).toMatch(/SQLite unknown.*out of order/);
    isBroken = false;
    expect(engineOf(fake).emptyImage.length).toBe(4096);
  });
});
