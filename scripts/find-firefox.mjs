// Finds a Firefox for the tests, or gets one: variable, known paths, apt-get.
import { existsSync } from 'node:fs';
import { aptInstall, canUseApt } from './apt.mjs';

const KNOWN = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/** @returns {Promise<string>} the path of an executable */
export async function findFirefox() {
  const tried = [];
  const given = process.env.FIREFOX_PATH;
  if (given) {
    if (existsSync(given)) return given;
    tried.push(`FIREFOX_PATH=${given} (no such file)`);
  }
  const known = KNOWN.find((path) => existsSync(path));
  if (known) return known;
  tried.push('the usual paths');
  if (canUseApt()) {
    console.log('No Firefox found: installing it with apt-get.');
    if (aptInstall('firefox-esr') && existsSync('/usr/bin/firefox-esr')) return '/usr/bin/firefox-esr';
    tried.push('apt-get install firefox-esr');
  }
  throw new Error(
    `The tests need Firefox and none was found (tried: ${tried.join('; ')}). Install one, or set FIREFOX_PATH to its executable.`,
  );
}
