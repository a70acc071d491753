import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { aTask, INSERT_TASK, type InspectedPage, openOtherTab, openPage } from './inspected-page.js';

const READ_TASKS = 'SELECT task_description, status, llm_profile_name, session_id FROM tasks';

function type(page: InspectedPage, fields: Readonly<Record<string, string>>): void {
  for (const [id, text] of Object.entries(fields)) page.find<HTMLInputElement>(`#${id}`).value = text;
}

function submit(page: InspectedPage): void {
  page.find<HTMLFormElement>('form').requestSubmit();
}

function description(page: InspectedPage): string {
  return page.find<HTMLTextAreaElement>('#task-description').value;
}

describe('the form', () => {
  it('offers the statuses that the table allows', async () => {
    const page = await openPage();
    const statuses = Array.from(page.find<HTMLSelectElement>('#task-status').options, ({ value }) => value);
    expect(statuses).toEqual(['pending', 'running', 'paused', 'completed', 'failed', 'stopped']);
  });

  it('adds a task', async () => {
    const storage = memoryStorage();
    const page = await openPage(storage);
    type(page, { 'task-description': 'buy milk', 'task-status': 'paused', 'task-llm-profile': 'main', 'task-session': 's9' });
    submit(page);
    await expect.poll(() => page.text).toContain('Task added.');
    expect(description(page)).toBe('');
    const other = await openOtherTab(storage);
    expect(other.values(READ_TASKS)).toEqual([['buy milk', 'paused', 'main', 's9']]);
  });

  it('changes only the fields that were changed in it, and does not lose what is typed to another tab', async () => {
    const storage = memoryStorage();
    const other = await openOtherTab(storage);
    await other.run(INSERT_TASK, aTask);
    const page = await openPage(storage);
    page.button('Edit').click();
    await expect.poll(() => description(page)).toBe('read the news');
    type(page, { 'task-description': 'typed here' });
    await other.run("UPDATE tasks SET status = 'completed'");
    await expect.poll(() => page.text).toContain('changed elsewhere meanwhile (status)');
    expect(description(page)).toBe('typed here');
    submit(page);
    await expect.poll(() => page.text).toContain('Task saved.');
    await other.refresh();
    expect(other.values(READ_TASKS)).toEqual([['typed here', 'completed', 'main', 's1']]);
  });

  it('keeps what was typed of a task that another tab deletes, as a new one', async () => {
    const storage = memoryStorage();
    const other = await openOtherTab(storage);
    await other.run(INSERT_TASK, aTask);
    const page = await openPage(storage);
    page.button('Edit').click();
    await expect.poll(() => description(page)).toBe('read the news');
    type(page, { 'task-description': 'typed here' });
    await other.run('DELETE FROM tasks');
    await expect.poll(() => page.text).toContain('deleted elsewhere meanwhile');
    expect(description(page)).toBe('typed here');
    submit(page);
    await expect.poll(() => page.text).toContain('Task added.');
  });

  it('says beside it what went wrong and what to do, and keeps what was typed', async () => {
    const page = await openPage();
    type(page, { 'task-description': 'half a pair \ud800', 'task-llm-profile': 'main' });
    submit(page);
    await expect.poll(() => page.text).toContain('ParameterError');
    expect(page.find('form').textContent).toContain('Nothing was saved.');
    expect(description(page)).toContain('half a pair');
    type(page, { 'task-description': 'whole' });
    submit(page);
    await expect.poll(() => page.text).toContain('Task added.');
  });

  it('asks before it discards what was typed', async () => {
    const storage = memoryStorage();
    await (await openOtherTab(storage)).run(INSERT_TASK, aTask);
    const page = await openPage(storage);
    type(page, { 'task-description': 'not saved' });
    page.button('Edit').click();
    const dialog = document.querySelector('dialog');
    expect(dialog?.textContent).toContain('Discard what you typed?');
    dialog?.close('no');
    await expect.poll(() => document.querySelector('dialog')).toBeNull();
    expect(description(page)).toBe('not saved');
  });
});
