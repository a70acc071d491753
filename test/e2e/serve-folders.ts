import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { onTestFinished } from 'vitest';

const TYPE_BY_EXTENSION: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/**
 * Serves files as they are until the test ends: `page` at /, and folders by the first part of the path, all under one Content Security
 * Policy if there is to be one. @returns the origin.
 */
export async function serveFolders(page: string, folderByName: Readonly<Record<string, string>>, policy?: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const [, name = '', ...rest] = normalize(new URL(request.url ?? '/', 'http://localhost').pathname).split('/');
    const path = rest.join('/');
    const content = name === '' ? page : await readFile(join(folderByName[name] ?? '', path)).catch(() => undefined);
    const headers = { 'content-type': TYPE_BY_EXTENSION[extname(path) || '.html'] ?? 'text/plain' };
    response.writeHead(content === undefined ? 404 : 200, policy ? { ...headers, 'content-security-policy': policy } : headers);
    response.end(content);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
