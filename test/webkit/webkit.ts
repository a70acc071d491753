import { playwright } from '@vitest/browser-playwright';
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node';
import { WebKitDriver } from './webkit-driver.js';

/** Lets vitest open its page in WebKitGTK. Its server is the same for every provider: it is taken from Playwright's. */
export function webkit(): BrowserProviderOption {
  return { ...playwright(), name: 'webkit-driver', supportedBrowser: ['webkit'], providerFactory: () => new WebKitProvider() };
}

class WebKitProvider implements BrowserProvider {
  readonly name = 'webkit-driver';
  readonly supportsParallelism = false;
  #driver: Promise<WebKitDriver> | undefined;

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_: string, url: string): Promise<void> {
    this.#driver ??= WebKitDriver.start();
    await (await this.#driver).open(url);
  }

  async close(): Promise<void> {
    await (await this.#driver)?.close();
  }
}
