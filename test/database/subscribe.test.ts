import { describe, expect, it, vi } from 'vitest';
import { type Change, type Database, memoryStorage } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { INCREMENT, openTestDatabase } from './open-test-database.js';
import { latch } from './outcome.js';
import { counterFile } from './sqlite-file.js';

const alone = { environment: { openChannel: noChannels } };

async function openTwo(): Promise<[Database, Database]> {
  const storage = memoryStorage();
  return [await openTestDatabase(storage, alone), await openTestDatabase(storage, alone)];
}

function heardBy(database: Database, tables: readonly string[] | 'all'): Change[] {
  const heard: Change[] = [];
  database.subscribe(tables, (change) => heard.push(change));
  return heard;
}

describe('a subscription', () => {
  it('is called once for each commit, however many writes are in it', async () => {
    const [database] = await openTwo();
    const heard = heardBy(database, ['counters']);
    await Promise.all([database.run(INCREMENT), database.run(INCREMENT), database.run(INCREMENT)]);
    await database.run(INCREMENT);
    const [first, second] = heard;
    expect(heard).toHaveLength(2);
    expect(first).toEqual({ seq: expect.any(Number), tables: ['counters'], origin: 'own' });
    expect(second?.seq).toBe((first?.seq ?? 0) + 1);
  });

  it("is called for each commit of another tab's", async () => {
    const [here, there] = await openTwo();
    const heard = heardBy(here, ['counters']);
    await there.run(INCREMENT);
    await there.run(INCREMENT);
    await here.refresh();
    await here.refresh();
    expect(heard.map(({ origin, tables }) => [origin, tables])).toEqual([
      ['other', ['counters']],
      ['other', ['counters']],
    ]);
  });

  it('sees the database as it is after the commit', async () => {
    const [here, there] = await openTwo();
    const seen: unknown[] = [];
    here.subscribe('all', () => seen.push(here.values('SELECT value FROM counters')[0]?.[0]));
    await here.run(INCREMENT);
    await there.run(INCREMENT);
    await here.refresh();
    expect(seen).toEqual([1, 2]);
  });

  it('hears of its tables only, in whatever case they are written', async () => {
    const [here, there] = await openTwo();
    await here.run('CREATE TABLE Notes (text)');
    await there.refresh();
    const [notes, counters, everything] = [heardBy(here, ['NOTES']), heardBy(here, ['Counters', 'none']), heardBy(here, 'all')];
    await here.run("INSERT INTO nOTES VALUES ('a')");
    await there.run("INSERT INTO notes VALUES ('b')");
    await here.refresh();
    expect([notes.length, counters.length, everything.length]).toEqual([2, 0, 2]);
  });

  it('hears nothing of a read, of a rejected write, and of one that changes nothing', async () => {
    const [database] = await openTwo();
    const heard = heardBy(database, 'all');
    database.all('SELECT * FROM counters');
    await database.run('UPDATE counters SET value = 1 WHERE id > 100');
    await database.run('INSERT INTO counters (id) VALUES (1)').catch(() => undefined);
    expect(heard).toEqual([]);
  });

  it('that has ended hears nothing more, even when it ends while it is called', async () => {
    const [database] = await openTwo();
    let calls = 0;
    const end = database.subscribe('all', () => {
      calls++;
      end();
    });
    await database.run(INCREMENT);
    await database.run(INCREMENT);
    end();
    expect(calls).toBe(1);
  });

  it('is called once the commit is stored, and not before', async () => {
    const faulty = new FaultyStorage(memoryStorage());
    const database = await openTestDatabase(faulty, alone);
    const heard = heardBy(database, 'all');
    const gate = latch();
    faulty.onWrite = async (_, next) => {
      await gate.wait;
      return next();
    };
    const writing = database.run(INCREMENT);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toEqual([]);
    gate.open();
    await writing;
    expect(heard).toHaveLength(1);
  });

  it('that throws stops no other one, and its error is reported as uncaught', async () => {
    const [database] = await openTwo();
    const error = new Error('from the subscriber');
    database.subscribe('all', () => {
      throw error;
    });
    const heard = heardBy(database, 'all');
    const reports: (() => void)[] = [];
    const microtask = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((report) => void reports.push(report));
    try {
      await database.run(INCREMENT);
    } finally {
      microtask.mockRestore();
    }
    expect(heard).toHaveLength(1);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toThrow(error);
  });
});

describe('the tables of a change', () => {
  async function tablesAfter(schema: readonly string[], statement: string): Promise<unknown[]> {
    const [here, there] = await openTwo();
    await here.write((tx) => {
      for (const sql of schema) tx.run(sql);
    });
    await there.refresh();
    const [own, other] = [heardBy(here, 'all'), heardBy(there, 'all')];
    await here.run(statement);
    await there.refresh();
    expect(other.map(({ tables }) => tables)).toEqual(own.map(({ tables }) => tables));
    return own.flatMap(({ tables }) => (tables === 'all' ? ['all'] : [...tables])).sort();
  }

  it('take in those that a trigger writes', async () => {
    const schema = [
      'CREATE TABLE log (text)',
      "CREATE TRIGGER logged AFTER UPDATE ON counters BEGIN INSERT INTO log VALUES ('updated'); END",
    ];
    expect(await tablesAfter(schema, INCREMENT)).toEqual(['counters', 'log']);
  });

  it('take in those that a foreign key cascades to', async () => {
    const schema = [
      'CREATE TABLE children (id INTEGER PRIMARY KEY, counter REFERENCES counters ON DELETE CASCADE)',
      'INSERT INTO children (counter) VALUES (1)',
    ];
    expect(await tablesAfter(schema, 'DELETE FROM counters WHERE id = 1')).toEqual(['children', 'counters']);
  });

  it('are those behind a view that is written through', async () => {
    const schema = [
      'CREATE VIEW shown AS SELECT id, value FROM counters',
      'CREATE TRIGGER through INSTEAD OF UPDATE ON shown BEGIN UPDATE counters SET value = new.value WHERE id = old.id; END',
    ];
    expect(await tablesAfter(schema, 'UPDATE shown SET value = 9')).toEqual(['counters']);
  });

  it('are the schema and what was dropped after DDL', async () => {
    expect(await tablesAfter([], 'CREATE TABLE fresh (x)')).toEqual(['sqlite_schema']);
    expect(await tablesAfter(['CREATE TABLE old (x)'], 'DROP TABLE old')).toEqual(['old', 'sqlite_schema']);
  });

  it('are all of them after an import, own or of another tab', async () => {
    const [here, there] = await openTwo();
    const [own, other] = [heardBy(here, ['unheard of']), heardBy(there, ['unheard of'])];
    await here.import(counterFile(5));
    await there.refresh();
    expect([own, other].map((heard) => heard.map(({ tables, origin }) => [tables, origin]))).toEqual([
      [['all', 'own']],
      [['all', 'other']],
    ]);
    expect(there.values('SELECT value FROM counters')).toEqual([[5]]);
  });
});
