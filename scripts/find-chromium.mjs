// Finds a Chromium for the tests, or gets one: variable, known paths, Playwright's own, apt-get, Playwright's installer.
import { existsSync } from 'node:fs';
import { aptInstall, canUseApt, runs } from './apt.mjs';

const KNOWN = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** @returns {Promise<string>} the path of an executable */
export async function findChromium() {
  const tried = [];
  const given = process.env.CHROME_PATH;
  if (given) {
    if (existsSync(given)) return given;
    tried.push(`CHROME_PATH=${given} (no such file)`);
  }
  const known = KNOWN.find((path) => existsSync(path));
  if (known) return known;
  tried.push('the usual paths');
  const { chromium } = await import('playwright');
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  tried.push("Playwright's own browser");
  if (canUseApt()) {
    console.log('No Chromium found: installing it with apt-get.');
    if (aptInstall('chromium') && existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
    tried.push('apt-get install chromium');
  }
  console.log("No Chromium found: trying Playwright's installer.");
  if (runs(process.execPath, ['node_modules/playwright/cli.js', 'install', 'chromium']) && existsSync(chromium.executablePath())) {
    return chromium.executablePath();
  }
  tried.push("Playwright's installer");
  throw new Error(
    `The tests need Chromium or Chrome and none was found (tried: ${tried.join('; ')}). Install one, or set CHROME_PATH to its executable.`,
  );
}
