import * as tablite from '../../../src/index.js';

/** What a call failed with, as far as it can be handed out of the page. */
export interface Failure {
  readonly name: string;
  readonly code: string | undefined;
}

declare global {
  interface Window {
    tablite: typeof tablite;
    /** The database that the test opened in this tab. */
    db: tablite.Database;
    readonly chains: { readonly counters: tablite.Migrations; readonly vibesurf: tablite.Migrations };
    /** What `work` throws or rejects with; undefined when it succeeds. */
    readonly failureOf: (work: () => unknown) => Promise<Failure | undefined>;
  }
}

const counters = [
  {
    name: 'v001_counters.sql',
    sql: 'CREATE TABLE counters (id INTEGER PRIMARY KEY, value INTEGER NOT NULL DEFAULT 0); INSERT INTO counters (id) VALUES (1);',
  },
];
const vibesurf = import.meta.glob<string>('/migrations/*.sql', { query: '?raw', import: 'default', eager: true });

async function failureOf(work: () => unknown): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    const { name, code } = thrown as Error & { code?: string };
    return { name, code };
  }
}

Object.assign(window, { tablite, chains: { counters, vibesurf }, failureOf });
