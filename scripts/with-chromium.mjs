// Runs a command with CHROME_PATH set to a Chromium that exists: node scripts/with-chromium.mjs vitest run
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './find-chromium.mjs';

const [command = '', ...args] = process.argv.slice(2);
try {
  const path = await findChromium();
  const local = join('node_modules', '.bin', command);
  const child = spawn(existsSync(local) ? local : command, args, {
    stdio: 'inherit',
    env: { ...process.env, CHROME_PATH: path },
    shell: process.platform === 'win32',
  });
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
