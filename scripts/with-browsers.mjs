// Runs a command with CHROME_PATH and FIREFOX_PATH set to browsers that exist: node scripts/with-browsers.mjs vitest run
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './find-chromium.mjs';
import { findFirefox } from './find-firefox.mjs';

const [command = '', ...args] = process.argv.slice(2);
try {
  const found = { CHROME_PATH: await findChromium(), FIREFOX_PATH: await findFirefox() };
  const local = join('node_modules', '.bin', command);
  const child = spawn(existsSync(local) ? local : command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...found },
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
