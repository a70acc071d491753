import * as tablite from '../../../src/index.js';

/** What a call failed with, as far as it can be handed out of the page. */
export interface Failure {
  readonly name: string;
  readonly code: string | undefined;
}

type Chain = readonly tablite.MigrationFile[];

declare global {
  interface Window {
    tablite: typeof tablite;
    /** The database that the test opened in this tab. */
    db: tablite.Database;
    readonly chains: { readonly counters: tablite.Migrations; readonly vibesurf: tablite.Migrations; readonly notes: Chain };
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

/** A chain that changes every row several times: long, over many rows. */
const notes: Chain = [
  { name: 'v001_notes.sql', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);' },
  { name: 'v002_sizes.sql', sql: 'ALTER TABLE notes ADD COLUMN size INTEGER; UPDATE notes SET size = length(text);' },
  {
    name: 'v003_kinds.sql',
    sql: `CREATE TABLE notes_new (id INTEGER PRIMARY KEY, text TEXT NOT NULL, size INTEGER NOT NULL, kind TEXT NOT NULL DEFAULT 'plain');
          INSERT INTO notes_new (id, text, size) SELECT id, text, size FROM notes;
          DROP TABLE notes;
          ALTER TABLE notes_new RENAME TO notes;
          CREATE INDEX notes_kind ON notes (kind, size);`,
  },
  {
    name: 'v004_upper.sql',
    sql: "UPDATE notes SET text = upper(text), kind = 'upper'; CREATE TABLE runs (n); INSERT INTO runs VALUES (1);",
  },
];

async function failureOf(work: () => unknown): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    const { name, code } = thrown as Error & { code?: string };
    return { name, code };
  }
}

Object.assign(window, { tablite, chains: { counters, vibesurf, notes }, failureOf });
