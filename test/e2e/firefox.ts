import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, firefox } from 'playwright';
import { within } from './within.js';

const executablePath = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr';
const LAUNCH_MS = 40_000;
const CALL_MS = 20_000;

/** A Firefox on a profile of its own. */
export interface Firefox {
  readonly context: BrowserContext;
  /** Ends it, and deletes the profile. */
  close(): Promise<void>;
}

/** Starts one with settings of `about:config`. */
export async function startFirefox(firefoxUserPrefs: Record<string, string | number | boolean>): Promise<Firefox> {
  const folder = await mkdtemp(join(tmpdir(), 'tablite-firefox-'));
  // A Firefox as it is released, not one that Playwright has patched.
  const options = { channel: 'moz-firefox', executablePath, firefoxUserPrefs, timeout: LAUNCH_MS };
  const context = await firefox.launchPersistentContext(folder, options);
  context.setDefaultTimeout(CALL_MS);
  return {
    context,
    close: async () => {
      await within(CALL_MS, 'closing the browser', context.close());
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
