import { describe, expect, it } from 'vitest';
import { type Database, memoryStorage } from '../../src/index.js';
import { FaultyStorage, noChannels } from '../store/fakes.js';
import { openTestDatabase } from './open-test-database.js';

const offline = { environment: { openChannel: noChannels } };
const OTHERS = ['this tab', 'another tab'];

/** More than a page of bytes, so that some lie on pages of their own. */
const bytes = (value: number): Uint8Array => new Uint8Array(4500).fill(value);

function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Runs `change` as a transaction that ends only after `meanwhile`. @returns how often it ran. */
async function overlapped(
  db: Database,
  change: Parameters<Database['transaction']>[0],
  meanwhile: () => Promise<unknown>,
): Promise<number> {
  const [begun, going] = [gate(), gate()];
  let attempts = 0;
  const running = db.transaction(async (tx) => {
    attempts++;
    await change(tx);
    begun.open();
    await going.opened;
  });
  await begun.opened;
  await meanwhile();
  await db.refresh();
  going.open();
  await running;
  return attempts;
}

async function openTwo(
  other: string,
): Promise<{ storage: FaultyStorage; db: Database; there: Database; reopened: () => Promise<Database> }> {
  const kept = memoryStorage();
  const storage = new FaultyStorage(kept);
  const db = await openTestDatabase(storage, offline);
  await db.write((tx) => {
    for (const table of ['a', 'b', 'c']) tx.run(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, body BLOB)`);
  });
  const there = other === 'this tab' ? db : await openTestDatabase(kept, offline);
  return { storage, db, there, reopened: () => openTestDatabase(kept, offline) };
}

/** Leaves the bytes of a write that was undone in memory, behind the end of the file. */
async function leaveBehindTheEnd(storage: FaultyStorage, db: Database): Promise<void> {
  let empty: Promise<unknown> | undefined;
  storage.onWrite = (_, next) => {
    empty ??= db.write((tx) => tx.get('SELECT 1'));
    return next();
  };
  await db.write((tx) => {
    tx.run('SAVEPOINT undone');
    tx.run('INSERT INTO a VALUES (1, ?)', [bytes(1)]);
    tx.run('ROLLBACK TO undone');
    tx.run('RELEASE undone');
    tx.run('INSERT INTO b VALUES (1, NULL)');
  });
  await empty;
}

describe('the pages of an asynchronous transaction', () => {
  it.each(OTHERS)('do not overwrite a free page that %s took meanwhile, its bytes as they were', async (other) => {
    const { db, there, reopened } = await openTwo(other);
    await db.write((tx) => {
      tx.run('INSERT INTO a VALUES (1, NULL)');
      tx.run('INSERT INTO b VALUES (1, ?)', [bytes(7)]);
      tx.run('INSERT INTO c VALUES (1, zeroblob(4500))');
    });
    // The one free page is all zeros, which is what an overflow page of zeros is.
    await db.run('DELETE FROM c');
    const attempts = await overlapped(
      db,
      async (tx) => {
        tx.run('DELETE FROM b');
        tx.run('INSERT INTO b VALUES (1, ?)', [bytes(9)]);
      },
      () => there.run('INSERT INTO a VALUES (2, zeroblob(4500))'),
    );
    expect(attempts).toBe(2);
    for (const database of [db, await reopened()]) {
      expect(database.values('SELECT body = zeroblob(4500) FROM a WHERE id = 2')).toEqual([[1]]);
      expect(database.values('SELECT body FROM b')).toEqual([[bytes(9)]]);
      expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
    }
  });

  it.each(OTHERS)('do not overwrite what %s appended meanwhile, when a nested one had grown the file and was taken back', async (other) => {
    const { storage, db, there, reopened } = await openTwo(other);
    await leaveBehindTheEnd(storage, db);
    await overlapped(
      db,
      async (tx) => {
        const undone = tx.transaction(async (inner) => {
          inner.run('INSERT INTO b VALUES (7, ?)', [bytes(2)]);
          throw new RangeError('no');
        });
        await expect(undone).rejects.toThrow(RangeError);
        tx.run('INSERT INTO b VALUES (2, NULL)');
      },
      async () => {
        await there.refresh();
        await there.run('INSERT INTO a VALUES (1, ?)', [bytes(1)]);
      },
    );
    for (const database of [db, await reopened()]) {
      expect(database.values('SELECT body FROM a')).toEqual([[bytes(1)]]);
      expect(database.values('SELECT id FROM b')).toEqual([[1], [2]]);
      expect(database.values('PRAGMA integrity_check')).toEqual([['ok']]);
    }
  });

  it('do not matter behind the end: who was taken back there is not run again whenever somebody appends', async () => {
    const { db } = await openTwo('this tab');
    await db.run('INSERT INTO b VALUES (2, NULL)');
    const attempts = await overlapped(
      db,
      async (tx) => {
        const undone = tx.transaction(async (inner) => {
          inner.run('INSERT INTO b VALUES (7, zeroblob(9000))');
          throw new RangeError('no');
        });
        await expect(undone).rejects.toThrow(RangeError);
        tx.run('UPDATE b SET body = ? WHERE id = 2', [bytes(1).slice(0, 9)]);
      },
      () => db.run('INSERT INTO a VALUES (1, zeroblob(9000))'),
    );
    expect(attempts).toBe(1);
    expect(db.values('SELECT body FROM b')).toEqual([[bytes(1).slice(0, 9)]]);
    expect(db.values('SELECT body = zeroblob(9000) FROM a')).toEqual([[1]]);
  });
});
