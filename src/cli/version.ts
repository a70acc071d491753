import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../authoring/authoring-error.js';

/** The version in Tablite's package.json, which is in a folder above this file: one up when built, two in the source. */
export async function version(): Promise<string> {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      return String(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')).version);
    } catch (cause) {
      if (systemCode(cause) !== 'ENOENT' || folder === dirname(folder)) throw cause;
      folder = dirname(folder);
    }
  }
}
