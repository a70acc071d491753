import type { BrowserContext, Page } from 'playwright';
import { inject } from 'vitest';
import { within } from './within.js';

const EVALUATE_MS = 30_000;

/** The pages of a tab: `window.tablite` is in one, and `window.vibesurf` in the other. */
type PageName = 'tab' | 'vibesurf';

/** A page with Tablite in it; see the folder `pages`. */
export class Tab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens a new tab. */
  static async open(context: BrowserContext, name: PageName = 'tab'): Promise<Tab> {
    const tab = new Tab(await context.newPage());
    await tab.goto(name);
    return tab;
  }

  /** Loads the page with Tablite. */
  async goto(name: PageName = 'tab'): Promise<void> {
    await this.page.goto(`${inject('origin')}/test/e2e/pages/${name}.html`);
    await this.#ready();
  }

  /** Runs a function in the page, given `argument`; it sees nothing else of the test. */
  run<Argument, Result>(work: (argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>> {
    // Playwright maps the argument's type, for handles; none is ever passed here.
    const running = this.page.evaluate(work as (argument: unknown) => Result, argument as unknown) as Promise<Awaited<Result>>;
    return within(EVALUATE_MS, 'a call in the page', running);
  }

  /** Opens the database `name` with a chain, as `window.db`. */
  async openDatabase(name: string, chain: 'counters' | 'vibesurf'): Promise<void> {
    await this.run(
      async ({ name, chain }) => {
        window.db = await window.tablite.openDatabase({ name, migrations: window.chains[chain] });
      },
      { name, chain },
    );
  }

  /** All rows of a query, as arrays. */
  values(sql: string): Promise<unknown[][]> {
    return this.run((sql) => window.db.values(sql) as unknown[][], sql);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.#ready();
  }

  async #ready(): Promise<void> {
    await this.page.waitForFunction(() => 'failureOf' in window || 'vibesurf' in window);
  }
}
