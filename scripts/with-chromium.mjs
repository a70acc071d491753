// Runs a command with CHROME_PATH set to a Chromium that exists: node scripts/with-chromium.mjs vitest run
import { spawn } from 'node:child_process';
import { findChromium } from './find-chromium.mjs';

const [command, ...args] = process.argv.slice(2);
try {
  const path = await findChromium();
  const child = spawn(`node_modules/.bin/${command}`, args, {
    stdio: 'inherit',
    env: { ...process.env, CHROME_PATH: path },
    shell: process.platform === 'win32',
  });
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
