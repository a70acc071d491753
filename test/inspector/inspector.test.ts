import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/index.js';
import { aTask, INSERT_TASK, openOtherTab, openPage } from './inspected-page.js';

const broken = [{ name: 'v001_broken.sql', sql: 'CREATE TABEL t (id);' }];

describe('the page', () => {
  it('shows tables, rows, status and history, and neither SQLite’s nor Tablite’s own tables', async () => {
    const page = await openPage();
    const tables = Array.from(page.container.querySelectorAll('.tables .name'), ({ textContent }) => textContent);
    expect(tables).toContain('tasks');
    expect(tables.filter((name) => name?.startsWith('sqlite_') || name === 'tablite_history')).toEqual([]);
    expect(page.find('.tables [aria-current]').textContent).toBe('tasks0');
    expect(page.text).toContain('No rows yet.');
    expect(page.text).toContain('version 8');
    expect(page.text).toContain('v008_add_workflow_skills_table.sql');
    expect(page.container.querySelector('progress')).toBeNull();
  });

  it('shows a row that another tab adds', async () => {
    const storage = memoryStorage();
    const page = await openPage(storage);
    const other = await openOtherTab(storage);
    await other.run(INSERT_TASK, aTask);
    await expect.poll(() => page.text).toContain('read the news');
    expect(page.find('.tables [aria-current]').textContent).toBe('tasks1');
    expect(page.text).toContain('Last change: tasks, by another tab');
  });

  it('shows 50 rows, and more on demand', async () => {
    const storage = memoryStorage();
    const other = await openOtherTab(storage);
    await other.write((tx) => {
      for (let n = 1; n <= 120; n++) tx.run(INSERT_TASK, { ...aTask, id: `t${n}` });
    });
    const page = await openPage(storage);
    const rowCount = () => page.find('.scroller').querySelectorAll('tbody tr').length;
    expect(rowCount()).toBe(50);
    expect(page.text).toContain('The newest 50 of 120 rows');
    page.button('50 more rows').click();
    expect(rowCount()).toBe(100);
    page.button('50 more rows').click();
    expect(rowCount()).toBe(120);
    expect(page.button('50 more rows').hidden).toBe(true);
  });

  it('shows markup as text, and secrets not at all', async () => {
    const storage = memoryStorage();
    const other = await openOtherTab(storage);
    const sql = 'INSERT INTO llm_profiles (profile_id, profile_name, provider, model, encrypted_api_key) VALUES (1, ?, 2, 3, ?)';
    await other.run(sql, ['<img src=x>', 'sk-secret']);
    const page = await openPage(storage);
    page.find('[data-key="llm_profiles"]').click();
    expect(page.text).toContain('<img src=x>');
    expect(page.container.querySelector('img')).toBeNull();
    expect(page.container.outerHTML).not.toContain('sk-secret');
  });

  it('says why the database did not open, and tries again', async () => {
    const page = await openPage(memoryStorage(), { migrations: broken });
    expect(page.find('.notice strong').textContent).toBe('MigrationError');
    expect(page.text).toContain('v001_broken.sql:1:8: near "TABEL": syntax error');
    page.button('Try again').click();
    expect(page.text).toContain('Opening');
    await expect.poll(() => page.text).toContain('MigrationError');
  });

  it('says that the database is closed, and keeps what it showed', async () => {
    const storage = memoryStorage();
    await (await openOtherTab(storage)).run(INSERT_TASK, aTask);
    const page = await openPage(storage);
    await page.database?.close();
    await expect.poll(() => page.text).toContain('The database is closed');
    expect(page.text).toContain('read the news');
  });
});
