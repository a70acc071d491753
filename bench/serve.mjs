import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPE_BY_EXTENSION = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Isolated from other origins, a page gets a clock of 5 microseconds instead of 100. */
const HEADERS = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/**
 * Serves the files of some folders, the first that has one.
 *
 * @param {readonly string[]} folders
 * @returns {Promise<{ origin: string, close(): void }>}
 */
export async function serve(folders) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    for (const folder of folders) {
      const content = await readFile(join(folder, path)).catch(() => undefined);
      if (content === undefined) continue;
      response.writeHead(200, { ...HEADERS, 'content-type': TYPE_BY_EXTENSION[extname(path)] ?? 'text/plain' });
      response.end(content);
      return;
    }
    response.writeHead(404, HEADERS).end();
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
