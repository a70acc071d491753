import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killTree } from '../test/e2e/process-tree.js';
import { firefoxPreferences } from './firefox-preferences.js';

/** A browser with the backend that it keeps IndexedDB in. */
export type BrowserKind = 'chromium' | 'chromium-sqlite' | 'firefox';

export const BROWSER_KINDS: readonly BrowserKind[] = ['chromium', 'chromium-sqlite', 'firefox'];

const CHROMIUM = [
  '--headless',
  '--no-sandbox',
  '--no-first-run',
  '--no-default-browser-check',
  '--hide-crash-restore-bubble',
  '--password-store=basic',
  '--enable-logging=stderr',
  '--disable-gpu',
  '--disk-cache-size=1',
  '--disable-extensions',
  '--disable-component-update',
  '--disable-background-networking',
  '--disable-sync',
  '--disable-breakpad',
  // The first page opens the others.
  '--disable-popup-blocking',
  // A page behind another one goes on writing.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
];

/** A browser that runs on a profile folder, started by hand and driven by nobody. */
export interface RunningBrowser {
  /** Whether it is gone. */
  hasEnded(): boolean;
  /** Ends all of its processes at once, with SIGKILL; resolves when they are gone. */
  kill(): Promise<void>;
}

/** Starts a browser with one page. What it prints is appended to `<profile>.log`. */
export async function startBrowser(kind: BrowserKind, profile: string, address: string): Promise<RunningBrowser> {
  await mkdir(profile, { recursive: true });
  const log = openSync(`${profile}.log`, 'a');
  if (kind === 'firefox') await writeFile(join(profile, 'user.js'), firefoxPreferences());
  const [executable, args] = command(kind, profile);
  const child = spawn(executable, [...args, address], { detached: true, stdio: ['ignore', log, log] });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('exit', () => resolve());
    child.on('error', reject);
  });
  ended.catch(() => undefined);
  return {
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    kill: async () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) await killTree(child.pid);
      await ended;
    },
  };
}

/** The browser of a kind is on this machine. */
export function isInstalled(kind: BrowserKind): boolean {
  return existsSync(executableOf(kind));
}

function executableOf(kind: BrowserKind): string {
  if (kind === 'firefox') return process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr';
  const path = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
  // Debian's is a script that prepares much and then becomes this.
  return path === '/usr/bin/chromium' && existsSync('/usr/lib/chromium/chromium') ? '/usr/lib/chromium/chromium' : path;
}

function command(kind: BrowserKind, profile: string): [executable: string, args: readonly string[]] {
  if (kind === 'firefox') return [executableOf(kind), ['--headless', '--no-remote', '--profile', profile]];
  const features = kind === 'chromium-sqlite' ? ['--enable-features=IdbSqliteBackingStore,IdbSqliteOnDiskRollout'] : [];
  return [executableOf(kind), [...CHROMIUM, ...features, `--user-data-dir=${profile}`]];
}
