import { afterEach, expect, it, vi } from 'vitest';
import { loadEngine } from '../../src/engine/engine.js';
import { loadSqlJs } from '../../src/engine/load-sql-js.js';
import { wasmUrl } from '../../src/engine/wasm-url.js';

afterEach(() => vi.restoreAllMocks());

it('a load that failed says where it looked, and the next one tries again', async () => {
  const nowhere = new URL('/nowhere/sql.wasm', location.href).href;
  vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(new Response('not found', { status: 404 }));
  const failing = loadSqlJs(nowhere);
  await expect(failing).rejects.toMatchObject({
    name: 'EngineError',
    code: 'ENGINE_LOAD',
    cause: { message: 'The server answered with HTTP status 404.' },
  });
  await expect(failing).rejects.toThrow(nowhere);
  vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(
    new Response(new Uint8Array([1, 2, 3]), { headers: { 'content-type': 'application/wasm' } }),
  );
  await expect(loadSqlJs(wasmUrl)).rejects.toMatchObject({ code: 'ENGINE_LOAD', cause: { name: 'CompileError' } });
  const engine = await loadEngine(wasmUrl);
  expect(await loadEngine(wasmUrl)).toBe(engine);
});

it('a wasm file that is served under another type is loaded all the same', async () => {
  const bytes = await (await fetch(wasmUrl)).arrayBuffer();
  vi.spyOn(globalThis, 'fetch').mockResolvedValueOnce(new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } }));
  vi.resetModules();
  const fresh = await import('../../src/engine/load-sql-js.js');
  expect(await fresh.loadSqlJs(wasmUrl)).toHaveProperty('Database');
});
