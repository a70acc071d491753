// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { ClosedError, type Database, type Storage, StorageError, UnknownOutcomeError } from '../../src/index.js';
import { checksum } from '../../src/page/checksum.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { outcome } from '../database/outcome.js';
import { FaultyStorage, ManualClock } from '../store/fakes.js';
import { FATES, HARD_FATES, strikeAt } from '../store/fates.js';
import { openNotes, SCENARIOS, type Scenario, type Scene } from './fault-scenarios.js';
import { NOTE_CHAIN, readState } from './note-model.js';
import { RecordedStorage } from './recorded-storage.js';
import { settleNow } from './settle-now.js';

const ALL_FATES = { ...FATES, ...HARD_FATES };

/** What a database holds: its rows as a text, and the files of its backups as checksums, the newest first. */
interface Seen {
  readonly rows: string;
  readonly backups: readonly number[];
}

function rowsOf(database: Database): string {
  const { version, bodyById } = readState((sql) => database.values(sql));
  return JSON.stringify([version, [...bodyById].sort(([a], [b]) => a - b)]);
}

async function seenIn(storage: Storage): Promise<Seen> {
  const database = await openNotes(storage);
  expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
  const backups: number[] = [];
  for (const { id } of await database.backups()) backups.push(checksum(await database.exportBackup(id)));
  const rows = rowsOf(database);
  await database.close();
  return { rows, backups };
}

/** A scenario that nothing disturbs: what is stored before it and after it. */
interface Whole {
  readonly before: Seen;
  readonly after: Seen;
}

async function setUp({ stored, prepare }: Scenario): Promise<Scene> {
  const inner = await stored();
  const faulty = new FaultyStorage(inner);
  const clock = new ManualClock(settleNow);
  const scene = { tab: await openNotes(faulty, {}, clock), faulty, inner, clock };
  await prepare?.(scene);
  return scene;
}

async function undisturbed(scenario: Scenario): Promise<Whole> {
  const scene = await setUp(scenario);
  const before = await seenIn(scene.inner);
  expect(await outcome(act(scenario, scene), scene.clock)).toBeUndefined();
  return { before, after: await seenIn(scene.inner) };
}

async function act(scenario: Scenario, scene: Scene): Promise<void> {
  await scenario.act(scene);
}

function repair(faulty: FaultyStorage): void {
  faulty.onRead = (_, next) => next();
  faulty.onWrite = (_, next) => next();
}

/** The tab itself goes on with what is stored, and what it writes is seen elsewhere. */
async function goOn({ tab, inner, clock }: Scene, { rows }: Seen): Promise<void> {
  if (tab.status.state === 'closed') return;
  expect(await outcome(tab.refresh(), clock)).toBeUndefined();
  expect(rowsOf(tab)).toBe(rows);
  const writing = tab.run('INSERT INTO notes (id, body) VALUES (7777, ?)', ['afterwards']);
  expect(await outcome(writing, clock)).toMatchObject({ changes: 1 });
  expect(tab.status.state).toBe('ready');
  const other = await openNotes(inner);
  expect(rowsOf(other)).toBe(rowsOf(tab));
  await other.close();
  expect(await outcome(tab.close(), clock)).toBeUndefined();
}

const counts = { faults: 0, kept: 0, undone: 0, unknown: 0 };

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  let whole: Promise<Whole> | undefined;

  it.each(Object.entries(ALL_FATES))('leaves all or nothing, and what it reports, when an operation %s', async (_fate, fate) => {
    whole ??= undisturbed(scenario);
    const { before, after } = await whole;
    let hasPassed = false;
    for (let n = 1; !hasPassed; n++) {
      const scene = await setUp(scenario);
      const image = checksum(await scene.tab.export());
      const progress = strikeAt(n, scene.faulty, fate);
      const result = await outcome(act(scenario, scene), scene.clock);
      hasPassed = !progress.hasStruck;
      repair(scene.faulty);
      const found = await seenIn(scene.inner);
      // A backup is as it was, or of the state before.
      for (const sum of found.backups) expect([...before.backups, image]).toContain(sum);
      const isBefore = found.rows === before.rows && String(found.backups) === String(before.backups);
      const isAfter = found.rows === after.rows && found.backups.length === after.backups.length;
      const report = { n, result, found, isBefore, isAfter };
      if (result === undefined) expect(report).toMatchObject({ isAfter: true });
      else {
        expect(result).toBeInstanceOf(StorageError);
        if (isBefore || !(result instanceof UnknownOutcomeError)) expect(report).toMatchObject({ isBefore: true });
        else expect(report).toMatchObject({ isAfter: true });
      }
      await goOn(scene, found);
      if (hasPassed) expect([n > 1, result]).toEqual([true, undefined]);
      else counts.faults++;
      if (result instanceof UnknownOutcomeError) counts.unknown++;
      counts[isAfter ? 'kept' : 'undone']++;
    }
  });
});

/** What opens, and the version that is stored before; none where there is nothing. */
const OPENINGS = { 'a new database': 0, 'an older database, which is migrated': 1, 'a database of today': 2 };

describe.each(Object.entries(OPENINGS))('opening %s', (_, version) => {
  it.each(Object.entries(ALL_FATES))('ends, and leaves the old version or the new one, when an operation %s', async (_fate, fate) => {
    for (let n = 1; ; n++) {
      const inner = new RecordedStorage('opened');
      const environment = { openChannel: () => undefined, witnessStorage: undefined, persist: undefined };
      if (version > 0) {
        const old = await openTestDatabase(inner, { migrations: NOTE_CHAIN.slice(0, version), environment });
        await old.run("INSERT INTO notes (id, body) VALUES (1, 'old')");
        await old.close();
      }
      const faulty = new FaultyStorage(inner);
      const clock = new ManualClock(settleNow);
      const progress = strikeAt(n, faulty, fate);
      const open = (storage: Storage) => openTestDatabase(storage, { migrations: NOTE_CHAIN, environment: { ...environment, clock } });
      const result = await outcome(open(faulty), clock);
      const isOpen = !(result instanceof Error);
      repair(faulty);
      const looking = (await outcome(openNotes(inner), clock)) as Database;
      const found = { version: looking.schemaVersion, backups: (await looking.backups()).length };
      const [old, head] = [
        { version, backups: 0 },
        { version: 2, backups: version === 1 ? 1 : 0 },
      ];
      if (isOpen) expect(found).toEqual(head);
      else if (result instanceof UnknownOutcomeError) expect([old, head]).toContainEqual(found);
      else {
        expect(result instanceof StorageError || result instanceof ClosedError).toBe(true);
        expect({ n, result, found }).toMatchObject({ found: old });
      }
      expect(looking.values('PRAGMA integrity_check')).toEqual([['ok']]);
      await looking.close();
      const database = (await outcome(open(inner), clock)) as Database;
      expect(database.schemaVersion).toBe(2);
      expect(database.values('SELECT body FROM notes')).toEqual(version > 0 ? [['old']] : []);
      await database.close();
      if (!progress.hasStruck) {
        expect(isOpen).toBe(true);
        break;
      }
      counts.faults++;
      counts[found.version === 2 ? 'kept' : 'undone']++;
    }
  });
});

describe('the faults above', () => {
  it('were some of each kind', () => {
    console.log(`faults: ${counts.faults}; ${counts.kept} kept, ${counts.undone} undone, ${counts.unknown} of unknown outcome`);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(10);
  });
});
