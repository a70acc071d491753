import type { BrowserContext, Page } from 'playwright';
import { expect, inject, it } from 'vitest';
import { newProfile } from './profile.js';

it('the inspector shows schema version 8, and a task that is added in one tab shows in the other', async () => {
  const context = await (await newProfile()).launch();
  const [one, other] = [await openInspector(context), await openInspector(context)];
  expect(await one.locator('dt:text-is("Schema") + dd').textContent()).toBe('version 8');

  await one.getByLabel('Description').fill('read the news');
  await one.getByLabel('LLM profile').fill('main');
  await one.getByRole('button', { name: 'Add task' }).click();
  await other.getByRole('cell', { name: 'read the news' }).waitFor();
  await one.getByRole('cell', { name: 'read the news' }).waitFor();
});

async function openInspector(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(inject('origin'));
  await page.getByRole('heading', { name: 'Add a task' }).waitFor();
  return page;
}
