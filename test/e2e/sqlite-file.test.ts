import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const hasSqlite = spawnSync('sqlite3', ['--version']).status === 0;
const FILL = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
  INSERT INTO notes SELECT i, 'note ' || i || ' é 漢', zeroblob(i % 300), i * 1.5 FROM n`;
const CREATE = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, body BLOB, price REAL)';
const READ = 'SELECT id, title, hex(body) AS body, price FROM notes ORDER BY id';

describe('a SQLite file', () => {
  beforeEach(({ skip }) => skip(!hasSqlite, 'the sqlite3 command is not installed'));

  it('that the page exports is whole and complete for the sqlite3 command', async () => {
    const tab = await Tab.open(await (await newProfile()).launch());
    await tab.openDatabase('export', 'vibesurf');
    await tab.run((sql) => window.db.run(sql), CREATE);
    await tab.run((sql) => window.db.run(sql), FILL);
    const path = await newFile();
    await writeFile(path, await exported(tab));
    expect(sqlite(path, 'PRAGMA integrity_check; PRAGMA user_version;')).toBe('ok\n8\n');
    const inPage = await tab.run((sql) => window.db.all(sql), READ);
    expect(inPage).toHaveLength(1000);
    expect(JSON.parse(sqlite(path, READ, '-json'))).toEqual(inPage);
  });

  it.each([
    ['with pages of 8192 bytes', 'PRAGMA page_size = 8192;'],
    ['in WAL mode', 'PRAGMA journal_mode = WAL;'],
    ['in UTF-16', "PRAGMA encoding = 'UTF-16le';"],
  ])('that the sqlite3 command made %s is imported, and is still there after a reload', async (_, pragma) => {
    const path = await newFile();
    sqlite(path, `${pragma} ${CREATE}; ${FILL};`);
    const rows: unknown = JSON.parse(sqlite(path, READ, '-json'));
    const tab = await Tab.open(await (await newProfile()).launch());
    await openEmpty(tab);
    await tab.run(async (bytes) => window.db.import(bytes), new Uint8Array(await readFile(path)));
    expect(await tab.run((sql) => window.db.all(sql), READ)).toEqual(rows);
    await tab.run(() => window.db.run("UPDATE notes SET title = 'changed' WHERE id = 1000"), undefined);

    await tab.reload();
    await openEmpty(tab);
    expect(await tab.run((sql) => window.db.all(sql), READ)).toEqual(
      (rows as object[]).map((row, index) => (index === 999 ? { ...row, title: 'changed' } : row)),
    );
    const again = await newFile();
    await writeFile(again, await exported(tab));
    expect(sqlite(again, 'PRAGMA integrity_check; SELECT count(*) FROM notes;')).toBe('ok\n1000\n');
  });
});

/** A database without a chain: the schema is the file's. */
async function openEmpty(tab: Tab): Promise<void> {
  await tab.run(async () => {
    window.db = await window.tablite.openDatabase({ name: 'import' });
  }, undefined);
}

function exported(tab: Tab): Promise<Uint8Array> {
  return tab.run(() => window.db.export(), undefined);
}

/** The path of a file that is not there yet, in a folder that goes when the test ends. */
async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tablite-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'test.sqlite');
}

/** What the command prints. */
function sqlite(path: string, sql: string, ...options: string[]): string {
  return execFileSync('sqlite3', [...options, path, sql], { encoding: 'utf8', maxBuffer: 2 ** 26 });
}
