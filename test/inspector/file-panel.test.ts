import { expect, it } from 'vitest';
import { engine } from '../engine/open-connection.js';
import { fixtureOf } from '../fixtures/fixture.js';
import { type InspectedPage, openPage } from './inspected-page.js';

/** A file of the backend, after some statements of a stranger's. */
function strangers(script: string): File {
  const database = engine.detached(fixtureOf('v008'));
  database.exec(script);
  const bytes = new Uint8Array(database.export());
  database.close();
  return new File([bytes], 'theirs.sqlite');
}

/** Chooses a file, and answers the questions in turn, each of which has to say something. */
async function choose(page: InspectedPage, file: File, answers: readonly (readonly [says: string, answer: string])[]): Promise<void> {
  const input = page.find<HTMLInputElement>('input[type=file]');
  Object.defineProperty(input, 'files', { value: [file], configurable: true });
  input.dispatchEvent(new Event('change'));
  for (const [says, answer] of answers) {
    await expect.poll(() => document.querySelector('dialog')?.textContent ?? '').toContain(says);
    const buttons = Array.from(document.querySelectorAll<HTMLButtonElement>('dialog button'));
    buttons.find(({ textContent }) => textContent === answer)?.click();
  }
}

const STEAL =
  'CREATE TABLE stolen (x); CREATE TRIGGER "st\u202eeal" AFTER INSERT ON tasks BEGIN INSERT INTO stolen VALUES (NEW.task_id); END';

it('asks whether to import a file without its foreign triggers, and names them', async () => {
  const page = await openPage();
  await choose(page, strangers(STEAL), [
    ['replaces all', 'Replace everything'],
    ['trigger st\\u{202E}eal on tasks', 'Import without it'],
  ]);
  await expect.poll(() => page.text).toContain('Imported theirs.sqlite');
  expect(page.database?.values("SELECT name FROM sqlite_schema WHERE sql LIKE '%stolen%'")).toEqual([['stolen']]);
});

it('imports nothing when the answer is no', async () => {
  const page = await openPage();
  await choose(page, strangers(STEAL), [
    ['replaces all', 'Replace everything'],
    ['on tasks', 'Cancel'],
  ]);
  await expect.poll(() => page.text).toContain('Nothing was imported.');
  expect(page.database?.values('SELECT count(*) FROM tasks')).toEqual([[0]]);
});

it('says what cannot be left out of a file', async () => {
  const page = await openPage();
  await choose(page, strangers('ALTER TABLE tasks ADD COLUMN big AS (hex(zeroblob(9)))'), [
    ['replaces all', 'Replace everything'],
    ['column tasks.big', 'Import without it'],
  ]);
  await expect.poll(() => page.text).toContain('cannot be dropped');
});
