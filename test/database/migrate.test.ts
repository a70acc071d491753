import { describe, expect, it } from 'vitest';
import { type Database, memoryStorage, type OpenOptions, type StepProgress, type Storage } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { noteChain } from './note-chain.js';
import { openTestDatabase } from './open-test-database.js';
import { rejection } from './outcome.js';
import { digestOfExport, everythingIn } from './sqlite-file.js';

/** A database that was left at a version, opened by newer code that waits to be told to migrate. */
async function openManually(version: number, storage: Storage = memoryStorage(), options: Partial<OpenOptions> = {}): Promise<Database> {
  if (version > 0) await (await openTestDatabase(storage, { migrations: noteChain(version) })).close();
  return openTestDatabase(storage, { migrations: noteChain(3), upgrade: 'manual', environment: { openChannel: noChannels }, ...options });
}

describe('a database that is migrated when it is told to', () => {
  it('opens as it is, and says what there would be to do', async () => {
    const database = await openManually(1);
    expect(database.schemaVersion).toBe(1);
    expect(database.status.state).toBe('ready');
    const plan = await database.plan();
    expect(plan).toMatchObject({ from: 1, to: 3, steps: [{ version: 2, name: 'v002_colors.sql' }, { version: 3 }], adoption: undefined });
    expect(String(plan)).toMatchInlineSnapshot(`
      "From version 1 to 3:
        2  v002_colors.sql
        3  v003_tags.sql"
    `);
    expect(JSON.parse(JSON.stringify(plan))).toEqual({
      from: 1,
      to: 3,
      steps: plan.steps.map(({ version, name, checksum }) => ({ version, name, checksum })),
    });
    expect(database.schemaVersion).toBe(1);
    await database.run("INSERT INTO notes (text) VALUES ('of version 1')");
    expect(database.values('SELECT * FROM notes')).toHaveLength(2);
  });

  it('goes to the version that is asked for, and from there to the head', async () => {
    const storage = memoryStorage();
    const database = await openManually(0, storage);
    expect(await database.migrate({ to: 1 })).toMatchObject({ from: 0, to: 1 });
    expect(database.schemaVersion).toBe(1);
    expect(await database.migrate({ to: 1 })).toMatchObject({ from: 1, to: 1, steps: [] });
    await database.migrate();
    expect(database.schemaVersion).toBe(3);
    expect(database.history.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(String(await database.plan())).toBe('At version 3: nothing to do.');
    expect((await openTestDatabase(storage, { migrations: noteChain(3) })).values('SELECT color FROM notes')).toEqual([['white']]);
  });

  it('reads the new columns by their names in a query that was read before', async () => {
    const database = await openManually(1);
    const notes = () => database.all('SELECT * FROM notes');
    expect(notes()).toEqual([{ id: 1, text: 'first' }]);
    await database.migrate({ to: 2 });
    expect(notes()).toEqual([{ id: 1, text: 'first', color: 'white' }]);
  });

  it('does not go back, nor anywhere that is no version', async () => {
    const database = await openManually(2);
    for (const to of [1, 4, 2.5]) {
      expect(await rejection(database.migrate({ to }))).toMatchObject({ code: 'USAGE' });
      expect(await rejection(database.plan({ to }))).toMatchObject({ code: 'USAGE' });
    }
    expect(database.schemaVersion).toBe(2);
  });

  it('tells each statement, and is migrating meanwhile', async () => {
    const database = await openManually(1);
    const steps: StepProgress[] = [];
    const states: string[] = [];
    database.onStatusChange(({ state }) => states.push(state));
    await database.migrate({ onProgress: (step) => steps.push(step) });
    expect(steps.map(({ version, index, total, statement, statements }) => [version, index, total, statement, statements])).toEqual([
      [2, 1, 2, 1, 1],
      [3, 2, 2, 1, 1],
    ]);
    expect(states.filter((state, at) => state !== states[at - 1])).toEqual(['migrating', 'ready']);
  });

  it('shows no state between to whoever reads, and one commit to whoever follows', async () => {
    const database = await openManually(1);
    const seen = new Set<number>();
    const changes: unknown[] = [];
    database.subscribe('all', ({ tables }) => changes.push(tables));
    let isDone = false;
    const migrating = database.migrate().then(() => {
      isDone = true;
    });
    while (!isDone) {
      seen.add(database.schemaVersion);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await migrating;
    expect([...seen].every((version) => version === 1 || version === 3)).toBe(true);
    expect(changes).toEqual(['all']);
  });

  it('is as it was when a callback throws, or a step fails', async () => {
    const storage = memoryStorage();
    const database = await openManually(1, storage);
    const before = [await digestOfExport(database), ...(await everythingIn(storage))];
    const error = new Error('from the callback');
    const onProgress = ({ version }: StepProgress) => {
      if (version === 3) throw error;
    };
    expect(await rejection(database.migrate({ onProgress }))).toBe(error);
    expect([await digestOfExport(database), ...(await everythingIn(storage))]).toEqual(before);
    expect(database.status.state).toBe('ready');
    await database.migrate();
    expect(database.schemaVersion).toBe(3);
  });

  it('finds nothing to do where another tab has gone further meanwhile', async () => {
    const storage = memoryStorage();
    const faulty = new FaultyStorage(storage);
    const slow = await openManually(1, faulty);
    const other = await openManually(1, storage);
    faulty.onWrite = async (_, next) => {
      faulty.onWrite = (_, onward) => onward();
      await other.migrate();
      return next();
    };
    expect(await slow.migrate({ to: 2 })).toMatchObject({ from: 3, steps: [] });
    expect(slow.schemaVersion).toBe(3);
    expect(slow.status.state).toBe('ready');
  });

  it('refuses the option that is none', async () => {
    expect(await rejection(openTestDatabase(memoryStorage(), { upgrade: 'later' as 'manual' }))).toMatchObject({ code: 'USAGE' });
  });
});
