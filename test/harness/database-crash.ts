import { CommitLog } from '../../src/store/commit-log.js';
import { Replica } from '../../src/store/replica.js';
import { openTestDatabase } from '../database/open-test-database.js';
import { rowsOf } from '../database/sqlite-file.js';
import { engine } from '../engine/open-connection.js';
import { noChannels } from '../store/fakes.js';
import type { DatabaseRun, Stretch } from './database-run.js';
import { eagerClock } from './eager-clock.js';
import { isSameState, NOTE_CHAIN, type NoteState, readState, shows } from './note-model.js';
import { RecordedStorage } from './recorded-storage.js';

/** Opens what every prefix of the kept batches leaves of a history, and says what is wrong there. */
export async function databaseCrashesOf(run: DatabaseRun, onState: () => void): Promise<string[]> {
  const wrong: string[] = [...run.lax];
  const { kept } = run.storage;
  const crashed = new RecordedStorage('crashed');
  for (const [at, batch] of kept.entries()) {
    crashed.keep(batch);
    const count = at + 1;
    const stretch = run.stretches.findLast(({ from }) => from <= count);
    // What comes before the first stretch made the database.
    if (!stretch) continue;
    onState();
    try {
      const found = await wrongAt(run, crashed, { stretch, count });
      wrong.push(...found.map((what) => `after ${count} of ${kept.length} batches: ${what}`));
    } catch (thrown) {
      wrong.push(`after ${count} of ${kept.length} batches: ${thrown}`);
    }
  }
  return wrong;
}

async function wrongAt(
  run: DatabaseRun,
  crashed: RecordedStorage,
  { stretch, count }: { stretch: Stretch; count: number },
): Promise<string[]> {
  const log = new CommitLog({ storage: crashed, clock: eagerClock, newId: () => 'store' });
  const stored = await log.load();
  if (!stored) return ['nothing is there'];
  const { connection } = new Replica(engine, stored);
  const wrong: string[] = [];
  try {
    const integrity = connection.script('PRAGMA integrity_check').join();
    if (integrity !== 'ok') wrong.push(integrity);
    wrong.push(
      ...wrongRows(
        stretch,
        count,
        readState((sql) => connection.script(sql)),
      ),
    );
  } finally {
    connection.close();
  }
  const backups = await log.backups.list();
  if (count === stretch.from && run.stretches.indexOf(stretch) > 0) {
    const before = run.stretches[run.stretches.indexOf(stretch) - 1];
    if (String(backups.map(({ id }) => id)) !== String(before?.backupIds)) wrong.push('the backups are others');
  }
  for (const { id } of backups) {
    const image = await log.backups.read(id);
    const state = readState((sql) => rowsOf(image, sql));
    if (!isSameState(state, run.stateByBackup.get(id) ?? stretch.before)) wrong.push(`backup ${id} holds something else`);
  }
  return wrong;
}

function wrongRows({ from, before, asked, after, needed }: Stretch, count: number, found: NoteState): string[] {
  if (count === from) return isSameState(found, before) ? [] : [`the rows are not those at the begin of the stretch`];
  if (asked.length === 0) {
    if (isSameState(found, after)) return [];
    if (count >= needed) return ['what was acknowledged is not there'];
    return isSameState(found, before) ? [] : ['the rows are neither those before nor those after'];
  }
  const wrong: string[] = [];
  const rest = new Map(found.bodyById);
  for (const { change, needed: neededBy, isRejected } of asked) {
    const isDone = shows(found, change);
    const isUndone = [...change.keys()].every((id) => found.bodyById.get(id) === before.bodyById.get(id));
    if (!isDone && !isUndone) wrong.push(`a write shows in part: ${[...change.keys()]}`);
    if (!isDone && count >= neededBy) wrong.push(`an acknowledged write is not there: ${[...change.keys()]}`);
    if (!isUndone && isRejected) wrong.push(`a rejected write shows: ${[...change.keys()]}`);
    for (const id of change.keys()) rest.delete(id);
  }
  const touched = new Set(asked.flatMap(({ change }) => [...change.keys()]));
  const untouched = new Map([...before.bodyById].filter(([id]) => !touched.has(id)));
  if (!isSameState({ ...before, bodyById: untouched }, { version: found.version, bodyById: rest })) wrong.push('other rows have changed');
  return wrong;
}

/** What is wrong when a tab opens what a crash left, brings it to the head of the chain and writes. */
export async function wrongWhenReopened(crashed: RecordedStorage): Promise<string[]> {
  const storage = new RecordedStorage('reopened', crashed.entries);
  const environment = { clock: eagerClock, openChannel: noChannels, witnessStorage: undefined, persist: undefined };
  const database = await openTestDatabase(storage, { migrations: NOTE_CHAIN, environment });
  const before = readState((sql) => database.values(sql));
  await database.run("INSERT INTO notes (id, body) VALUES (-1, 'after the crash')");
  await database.close();
  const again = await openTestDatabase(storage, { migrations: NOTE_CHAIN, environment });
  const after = readState((sql) => again.values(sql));
  await again.close();
  const expected = { version: 2, bodyById: new Map([...before.bodyById, [-1, 'after the crash']]) };
  return isSameState(after, expected) ? [] : ['what was written after the crash reads as something else'];
}
