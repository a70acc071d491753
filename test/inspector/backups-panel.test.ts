import { expect, it } from 'vitest';
import { memoryStorage, openDatabase, type Storage } from '../../src/index.js';
import { vibesurfChain } from '../database/open-test-database.js';
import { aTask, INSERT_TASK, type InspectedPage, openPage } from './inspected-page.js';

/** A storage with a database of version 1, with a task. */
async function old(): Promise<Storage> {
  const storage = memoryStorage();
  const first = Object.fromEntries(Object.entries(vibesurfChain).filter(([path]) => path.includes('v001')));
  const database = await openDatabase({ name: storage.name, storage, migrations: first });
  await database.run(INSERT_TASK, aTask);
  await database.close();
  return storage;
}

const rowsOf = (page: InspectedPage) => page.container.querySelectorAll('section[aria-labelledby="backups-title"] tbody tr').length;

/** Presses a button of the first backup, and one of the dialog that it opens. */
async function press(page: InspectedPage, label: string, answer?: string): Promise<void> {
  page.button(label).click();
  if (answer === undefined) return;
  await expect.poll(() => document.querySelector('dialog')?.textContent ?? '').toContain('backup');
  const buttons = Array.from(document.querySelectorAll<HTMLButtonElement>('dialog button'));
  buttons.find(({ textContent }) => textContent === answer)?.click();
}

it('says that there are none yet', async () => {
  const page = await openPage();
  await expect.poll(() => page.text).toContain('None yet: one is kept before each migration.');
});

it('shows the backup of a migration, and restores it', async () => {
  const page = await openPage(await old());
  await expect.poll(() => rowsOf(page)).toBe(1);
  expect(page.text).toContain('before a migration');
  await press(page, 'Restore …', 'Restore');
  await expect.poll(() => page.text).toContain('Restored version 1. Reloading the page migrates it again.');
  expect(page.database?.schemaVersion).toBe(1);
  await expect.poll(() => rowsOf(page)).toBe(2);
  expect(page.text).toContain('before a restore');
});

it('restores nothing when the answer is no', async () => {
  const page = await openPage(await old());
  await expect.poll(() => rowsOf(page)).toBe(1);
  await press(page, 'Restore …', 'Cancel');
  await expect.poll(() => page.text).toContain('Nothing was restored.');
  expect(page.database?.schemaVersion).toBe(8);
});

it('deletes a backup', async () => {
  const page = await openPage(await old());
  await expect.poll(() => rowsOf(page)).toBe(1);
  await press(page, 'Delete …', 'Delete');
  await expect.poll(() => page.text).toContain('The backup was deleted.');
  await expect.poll(() => rowsOf(page)).toBe(0);
});

it('hands a backup out as a file', async () => {
  const page = await openPage(await old());
  await expect.poll(() => rowsOf(page)).toBe(1);
  await press(page, 'Save');
  await expect.poll(() => page.text).toMatch(/Exported .*v1-.*\.sqlite, \d+ KiB\./);
});
