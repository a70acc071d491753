import { describe, expect, it } from 'vitest';
import { openWorker } from '../../src/database/open-worker.js';
import { type Database, memoryStorage, type WorkerPort } from '../../src/index.js';
import { counterOf, openTestDatabase } from '../database/open-test-database.js';
import { rejection } from '../database/outcome.js';
import { counterFile, fileOf } from '../database/sqlite-file.js';
import { ManualClock, noChannels } from '../store/fakes.js';

/** A database whose imports are looked at in real workers, and what these answered. */
async function openWatched(migrations = {}): Promise<{ database: Database; answers: string[]; clock: ManualClock }> {
  const answers: string[] = [];
  const clock = new ManualClock();
  const watched = (): WorkerPort | undefined => {
    const worker = openWorker();
    worker?.addEventListener('message', (event) => answers.push((event as MessageEvent<{ answer: string }>).data.answer));
    return worker;
  };
  const environment = { openChannel: noChannels, openWorker: watched, clock };
  return { database: await openTestDatabase(memoryStorage(), { migrations, environment }), answers, clock };
}

/** A table more, whose CHECK SQLite evaluates for each row when it looks whether the file is whole. */
const bomb = (rows: number, bytes: number) =>
  fileOf(`CREATE TABLE bombs (n CHECK (length(hex(zeroblob(n))) IS NOT NULL));
    WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT ${rows}) INSERT INTO bombs SELECT 0 FROM i;
    PRAGMA ignore_check_constraints = ON; UPDATE bombs SET n = ${bytes}`);

describe('the worker of an import', () => {
  it('looks at the file, in the page of a development server too', async () => {
    const { database, answers } = await openWatched();
    await database.import(counterFile(42, 'PRAGMA auto_vacuum = FULL'));
    expect([counterOf(database), answers]).toEqual([42, ['loaded', 'findings', 'image']]);
  });

  it('has little memory, and the page has what it had', async () => {
    const { database, answers } = await openWatched();
    const error = await rejection(database.import(bomb(1, 200_000_000)));
    expect(error).toMatchObject({ code: 'IMPORT_TOO_LARGE' });
    expect(String(error)).toMatchInlineSnapshot(
      `"ImportError: SQLite needs more memory to look at the file than an import may take. Import a file with smaller rows."`,
    );
    expect(answers).toEqual(['loaded', 'findings', 'refused']);
    expect(database.values('SELECT length(hex(zeroblob(150000000)))')).toEqual([[300_000_000]]);
  });

  it('is stopped when SQLite does not come to an end', async () => {
    const { database, answers, clock } = await openWatched();
    const importing = rejection(database.import(bomb(100_000, 10_000_000)));
    while (!answers.includes('findings')) await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(61_000);
    expect(await importing).toMatchObject({ code: 'IMPORT_TIMEOUT' });
    expect(answers).toEqual(['loaded', 'findings']);
    await database.import(counterFile(7));
    expect(counterOf(database)).toBe(7);
  });
});
