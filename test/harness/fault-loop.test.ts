// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { ClosedError, type Database, type Storage, StorageError, UnknownOutcomeError } from '../../src/index.js';
import { checksum } from '../../src/page/checksum.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { outcome } from '../database/outcome.js';
import { FaultyStorage, ManualClock } from '../store/fakes.js';
import { FATES, type Fate, HARD_FATES, strikeAt } from '../store/fates.js';
import { openNotes, SCENARIOS, type Scenario, settleNow } from './fault-scenarios.js';
import { NOTE_CHAIN, readState } from './note-model.js';
import { RecordedStorage } from './recorded-storage.js';

const ALL_FATES = { ...FATES, ...HARD_FATES };
const NEW_ID = 7777;

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

interface Struck {
  readonly hasStruck: boolean;
  readonly result: unknown;
  readonly before: Seen;
  readonly after: Seen;
  readonly image: number;
}

/** Does the scenario while its nth operation meets its fate, then looks at what is stored and goes on in the tab. */
async function strike({ stored, prepare, act }: Scenario, n: number, fate: Fate): Promise<Struck> {
  const inner = await stored();
  const faulty = new FaultyStorage(inner);
  const clock = new ManualClock(settleNow);
  const tab = await openNotes(faulty, {}, clock);
  const scene = { tab, faulty, inner, clock };
  await prepare?.(scene);
  const before = await seenIn(inner);
  const image = checksum(await tab.export());
  const progress = strikeAt(n, faulty, fate);
  const result = await outcome(
    act(scene).then(() => undefined),
    clock,
  );
  faulty.onRead = (_, next) => next();
  faulty.onWrite = (_, next) => next();
  const after = await seenIn(inner);
  if (tab.status.state !== 'closed') {
    expect(await outcome(tab.refresh(), clock)).toBeUndefined();
    expect(rowsOf(tab)).toBe(after.rows);
    expect(await outcome(tab.run('INSERT INTO notes (id, body) VALUES (?, ?)', [NEW_ID, 'afterwards']), clock)).toMatchObject({
      changes: 1,
    });
    expect(tab.status.state).toBe('ready');
    expect((await seenIn(inner)).rows).toBe(rowsOf(tab));
    expect(await outcome(tab.close(), clock)).toBeUndefined();
  }
  const next = await openNotes(inner);
  await next.run('DELETE FROM notes');
  await next.close();
  return { hasStruck: progress.hasStruck, result, before, after, image };
}

const counts = { faults: 0, kept: 0, undone: 0, unknown: 0 };

describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  it.each(Object.entries(ALL_FATES))('leaves all or nothing, and what it reports, when an operation %s', async (_fate, fate) => {
    const whole = await strike(scenario, Number.POSITIVE_INFINITY, fate);
    expect(whole.result).toBeUndefined();
    let n = 1;
    for (; ; n++) {
      const { hasStruck, result, before, after, image } = await strike(scenario, n, fate);
      const isBefore = after.rows === whole.before.rows && String(after.backups) === String(before.backups);
      const isAfter = after.rows === whole.after.rows && after.backups.length === whole.after.backups.length;
      const where = { n, result, after };
      expect({ ...where, isWhole: isBefore || isAfter }).toMatchObject({ isWhole: true });
      // A backup is as it was, or of the state before.
      for (const sum of after.backups) expect([...before.backups, image]).toContain(sum);
      if (!hasStruck) break;
      counts.faults++;
      if (result === undefined) expect({ ...where, isAfter }).toMatchObject({ isAfter: true });
      else if (result instanceof UnknownOutcomeError) counts.unknown++;
      else {
        expect(result).toBeInstanceOf(StorageError);
        expect({ ...where, isBefore }).toMatchObject({ isBefore: true });
      }
      counts[isAfter ? 'kept' : 'undone']++;
    }
    expect(n).toBeGreaterThan(1);
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
      faulty.onRead = (_, next) => next();
      faulty.onWrite = (_, next) => next();
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
