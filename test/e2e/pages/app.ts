import { type Database, openDatabase } from '../../../src/index.js';

/** Put in by the build: how many files of the chain this version of the app has. */
declare const APP_VERSION: number;

/** What the tests use of an app. */
export interface App {
  readonly db: Database;
  /** The states that it was told of. */
  readonly told: string[];
  readonly version: number;
}

declare global {
  interface Window {
    app: App;
  }
}

const migrations = [
  { name: 'v001_notes.sql', sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);' },
  {
    name: 'v002_stars.sql',
    sql: 'ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 1; UPDATE notes SET stars = 2;',
  },
].slice(0, APP_VERSION);

const db = await openDatabase({ name: 'app', migrations });
const told: string[] = [];
db.onStatusChange(({ state, error }) => told.push(error ? `${state}: ${error.name}` : state));
window.app = { db, told, version: APP_VERSION };
