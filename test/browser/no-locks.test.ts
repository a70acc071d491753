import { expect, it, vi } from 'vitest';
import { deleteDatabase, openDatabase } from '../../src/index.js';
import { counterChain, INCREMENT, uniqueName } from '../database/open-test-database.js';

it('no commit asks for a Web Lock, which somebody could steal or hold: only a mirror in files does, which nobody waits for', async () => {
  const request = vi.spyOn(navigator.locks, 'request');
  const name = uniqueName('no-locks');
  const open = () => openDatabase({ name, migrations: counterChain, mirror: false });
  const [one, other] = [await open(), await open()];
  await Promise.all([one.run(INCREMENT), other.run(INCREMENT), one.transaction(async (tx) => tx.run(INCREMENT))]);
  await other.import(await one.export());
  await one.vacuum();
  await Promise.all([one.close(), other.close()]);
  expect(request).not.toHaveBeenCalled();
  await deleteDatabase(name);
  vi.restoreAllMocks();
});
