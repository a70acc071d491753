import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const STARTS = 20;
const KILLS = 6;
const ROWS = 12_000;

/** A database at version 1 of the chain of notes, with rows. */
async function makeOld({ name, rows }: { name: string; rows: number }): Promise<void> {
  const db = await window.tablite.openDatabase({ name, migrations: window.chains.notes.slice(0, 1) });
  const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO notes (id, text) SELECT i, printf('note %d ', i) || replace(hex(zeroblob(100)), '00', 'ab') FROM n`;
  await db.run(fill, [], { durability: 'strict' });
  await db.close();
}

/** Opens it with the whole chain. @returns the steps that ran in this tab. */
async function openNew({ name }: { name: string }): Promise<readonly number[]> {
  const versions = new Set<number>();
  window.db = await window.tablite.openDatabase({
    name,
    migrations: window.chains.notes,
    onProgress: (progress) => {
      if (progress.phase === 'migrating') versions.add(progress.version);
    },
  });
  return [...versions];
}

/** What is stored, read without a chain. */
async function look({ name }: { name: string }): Promise<unknown> {
  const db = await window.tablite.openDatabase({ name });
  const [version] = db.values('PRAGMA user_version').flat();
  const seen = {
    version,
    integrity: db.values('PRAGMA integrity_check').flat(),
    columns: db.values("SELECT group_concat(name) FROM pragma_table_info('notes')").flat()[0],
    rows: db.values('SELECT count(*), count(DISTINCT id), sum(length(text)) FROM notes')[0],
    lower: db.values('SELECT count(*) FROM notes WHERE text = lower(text)').flat()[0],
    upper: db.values('SELECT count(*) FROM notes WHERE text = upper(text)').flat()[0],
    history: db.values('SELECT version FROM tablite_history ORDER BY version').flat(),
    backups: (await db.backups()).map(({ schemaVersion }) => schemaVersion),
  };
  await db.close();
  return seen;
}

const TEXT = Array.from({ length: ROWS }, (_, n) => `note ${n + 1} `.length + 200).reduce((sum, length) => sum + length, 0);
const whole = { integrity: ['ok'], rows: [ROWS, ROWS, TEXT] };
const OLD = { ...whole, version: 1, columns: 'id,text', lower: ROWS, upper: 0, history: [1], backups: [] };
const NEW = { ...whole, version: 4, columns: 'id,text,size,kind', lower: 0, upper: ROWS, history: [1, 2, 3, 4], backups: [1] };

it(`two pages that start at once: one migrates, the other finds nothing to do (${STARTS} rounds)`, async () => {
  const context = await (await newProfile()).launch();
  const tabs = await Promise.all([Tab.open(context), Tab.open(context)]);
  let both = 0;
  for (let round = 0; round < STARTS; round++) {
    const name = `start-${round}`;
    await tabs[0]?.run(makeOld, { name, rows: 50 });
    const steps = await Promise.all(tabs.map((tab) => tab.run(openNew, { name })));
    // Each may have run the steps, on its own replica; one of them is kept, and the other took its result over.
    if (steps.every((versions) => versions.length === 3)) both++;
    expect(Math.max(...steps.map((versions) => versions.length))).toBe(3);
    for (const tab of tabs) {
      expect(await tab.values('SELECT version FROM tablite_history ORDER BY version')).toEqual([[1], [2], [3], [4]]);
      expect(await tab.values('SELECT count(*) FROM runs')).toEqual([[1]]);
      expect(await tab.values("SELECT count(*), max(size) FROM notes WHERE kind = 'upper'")).toEqual([[50, 208]]);
      expect(await tab.run(() => window.db.backups().then((backups) => backups.length), undefined)).toBe(1);
    }
    await Promise.all(tabs.map((tab) => tab.run(() => window.db.close(), undefined)));
  }
  console.log(`${STARTS} starts at once: both tabs ran the steps in ${both}, and one of them was kept`);
});

// Each round has a profile of its own: two unclean ends in a row with little written in between can make Chromium throw away
// the whole IndexedDB of an origin, which is not what is looked at here.
describe.runIf(process.platform === 'linux')('a browser that is killed in the middle of a migration', () => {
  it(`has the old version or the new one, whole (${KILLS} rounds)`, { timeout: 300_000 }, async () => {
    const { folder, took } = await oldProfile();
    const seen = { old: 0, new: 0 };
    let round = 0;
    const lane = async () => {
      while (round < KILLS) {
        const version = await killWithin(((round++ + Math.random()) / KILLS) * took * 1.2, folder);
        seen[version === 1 ? 'old' : 'new']++;
      }
    };
    // Starting browsers is what takes time: two at once.
    await Promise.all([lane(), lane()]);
    expect(seen.old + seen.new).toBe(KILLS);
    console.log(`${KILLS} kills within a migration of ${Math.round(took)} ms: ${seen.old} found the old version, ${seen.new} the new one`);
  });
});

/** Kills the browser so many milliseconds into a migration. @returns the version that is found afterwards, which is whole. */
async function killWithin(ms: number, folder: string): Promise<number> {
  const profile = await newProfile({ copied: folder });
  const tab = await Tab.open(await profile.launch());
  // Not awaited: the browser is killed under it.
  tab.run(openNew, { name: 'killed' }).catch(() => undefined);
  await sleep(ms);
  await profile.kill();

  const after = await Tab.open(await profile.launch());
  const found = (await after.run(look, { name: 'killed' })) as { version: number };
  expect(found).toEqual(found.version === 1 ? OLD : NEW);
  await after.run(openNew, { name: 'killed' });
  expect(await after.run(look, { name: 'killed' })).toEqual(NEW);
  await profile.kill();
  return found.version;
}

/** A profile with a database at the old version, closed in order, and how many milliseconds its migration takes when nobody kills it. */
async function oldProfile(): Promise<{ folder: string; took: number }> {
  const profile = await newProfile();
  const tab = await Tab.open(await profile.launch());
  for (const name of ['killed', 'timed']) await tab.run(makeOld, { name, rows: ROWS });
  const begun = performance.now();
  await tab.run(openNew, { name: 'timed' });
  const took = performance.now() - begun;
  expect(await tab.run(look, { name: 'timed' })).toEqual(NEW);
  await profile.close();
  return { folder: profile.folder, took };
}
