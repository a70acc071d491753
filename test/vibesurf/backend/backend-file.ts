import { type BindValue, memoryStorage, openDatabase } from '../../../src/index.js';
import { fixtureOf } from '../../fixtures/fixture.js';

/** A database as the backend leaves it, after some statements more of the backend's. */
export async function backendFile(
  fixture: string,
  ...statements: readonly [sql: string, parameters?: readonly BindValue[]][]
): Promise<Uint8Array> {
  const db = await openDatabase({ name: fixture, storage: memoryStorage() });
  await db.import(fixtureOf(fixture), { foreignObjects: 'keep' });
  await db.write((tx) => {
    for (const [sql, parameters] of statements) tx.run(sql, parameters);
  });
  const file = await db.export();
  await db.close();
  return file;
}
