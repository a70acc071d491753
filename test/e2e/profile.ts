import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright';
import { onTestFinished } from 'vitest';
import { browserOf, killTree } from './process-tree.js';
import { within } from './within.js';

const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
const LAUNCH_MS = 20_000;
const CALL_MS = 20_000;

/** A browser profile on disk, and the browser that runs on it. */
export interface Profile {
  /** Where it is kept. */
  readonly folder: string;
  /** Starts the browser. */
  launch(): Promise<BrowserContext>;
  /** Ends the browser in order. */
  close(): Promise<void>;
  /** Ends all of the browser's processes at once, with SIGKILL. */
  kill(): Promise<void>;
  /** Ends the browser, whatever it takes, and deletes the folder. */
  remove(): Promise<void>;
}

export interface ProfileOptions {
  /** The folder of a profile to begin with, whose browser has ended; an empty one by default. */
  readonly copied?: string;
  /** Where to keep it. */
  readonly within?: string;
}

/** A profile that goes when the test ends. */
export async function newProfile(options: ProfileOptions = {}): Promise<Profile> {
  const profile = await makeProfile(options);
  onTestFinished(() => profile.remove());
  return profile;
}

/** A profile for several tests, which whoever makes it removes. */
export async function makeProfile({ copied, within: parent = tmpdir() }: ProfileOptions = {}): Promise<Profile> {
  const folder = await mkdtemp(join(parent, 'tablite-e2e-'));
  if (copied) await cp(copied, folder, { recursive: true });
  let context: BrowserContext | undefined;
  const kill = async () => {
    const pid = await browserOf(folder);
    if (pid !== undefined) await killTree(pid);
    context = undefined;
  };
  const profile: Profile = {
    folder,
    launch: async () => {
      context = await chromium.launchPersistentContext(folder, { executablePath, timeout: LAUNCH_MS });
      context.setDefaultTimeout(CALL_MS);
      return context;
    },
    close: async () => {
      await within(CALL_MS, 'closing the browser', context?.close() ?? Promise.resolve());
      context = undefined;
    },
    kill,
    remove: async () => {
      try {
        await profile.close();
      } catch {
        await kill();
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
  return profile;
}
