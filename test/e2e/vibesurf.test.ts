import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright';
import { describe, expect, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const SECRET = 'sk-plain-text-that-nobody-may-find-4711';

async function openVibesurf(context: BrowserContext, name: string): Promise<Tab> {
  const tab = await Tab.open(context, 'vibesurf');
  await openManager(tab, name);
  return tab;
}

function openManager(tab: Tab, name: string): Promise<void> {
  return tab.run(async (name) => {
    window.manager = new window.vibesurf.DatabaseManager(`idb:${name}`);
    await window.manager.createTables();
  }, name);
}

function readKey(tab: Tab): Promise<unknown> {
  return tab.run(async () => {
    await window.manager.database.refresh();
    return (await window.vibesurf.openLlmProfile(window.manager, 'Everyday'))?.apiKey;
  }, undefined);
}

/** The files of a folder and below, as texts in which every byte is a character. */
async function textsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
}

describe('VibeSurf in a browser', () => {
  it('opens a sealed API key after a reload, in another tab and after a restart, and leaves no plain text on the disk', async () => {
    const profile = await newProfile();
    const context = await profile.launch();
    const tab = await openVibesurf(context, 'sealed');
    await tab.run(async (apiKey) => {
      const { createLlmProfile } = window.vibesurf;
      await createLlmProfile(window.manager, { profileName: 'Everyday', provider: 'openai', model: 'small', apiKey });
    }, SECRET);
    expect(await readKey(tab)).toBe(SECRET);
    await tab.reload();
    await openManager(tab, 'sealed');
    expect(await readKey(tab)).toBe(SECRET);
    expect(await readKey(await openVibesurf(context, 'sealed'))).toBe(SECRET);

    await profile.close();
    const files = await textsIn(join(profile.folder, 'Default', 'IndexedDB'));
    expect(files.some((text) => text.includes('sealed1:'))).toBe(true);
    expect(files.some((text) => text.includes(SECRET))).toBe(false);
    expect(await readKey(await openVibesurf(await profile.launch(), 'sealed'))).toBe(SECRET);
  });

  it('loses no update of asynchronous transactions in three tabs at once', async () => {
    const context = await (await newProfile()).launch();
    const tabs = await Promise.all([1, 2, 3].map(() => openVibesurf(context, 'counting')));
    await tabs[0]?.run(async () => {
      await window.manager.session((tx) => window.vibesurf.saveWorkflowSkill(tx, 'counter', { name: '0' }));
    }, undefined);
    const count = () =>
      window.manager.asyncSession(async (tx) => {
        const { getWorkflowSkill, saveWorkflowSkill } = window.vibesurf;
        const name = Number(getWorkflowSkill(tx, 'counter')?.name);
        await new Promise((resolve) => setTimeout(resolve, 1));
        saveWorkflowSkill(tx, 'counter', { name: String(name + 1) });
      });
    const work = tabs.map(async (tab) => {
      await tab.run(() => window.manager.database.refresh(), undefined);
      for (let n = 0; n < 10; n++) await tab.run(count, undefined);
    });
    await Promise.all(work);
    const counted = await tabs[0]?.run(async () => {
      await window.manager.database.refresh();
      return window.vibesurf.getWorkflowSkill(window.manager.db, 'counter')?.name;
    }, undefined);
    expect(counted).toBe('30');
  });

  it('runs a due schedule in one of four tabs', async () => {
    const context = await (await newProfile()).launch();
    const tabs = await Promise.all([1, 2, 3, 4].map(() => openVibesurf(context, 'scheduled')));
    await tabs[0]?.run(async () => {
      const lastYear = new Date(Date.now() - 365 * 86_400_000);
      const { createSchedule } = window.vibesurf;
      await window.manager.session((tx) => createSchedule(tx, { flowId: 'daily', cronExpression: '0 9 1 1 *' }, { now: lastYear }));
    }, undefined);
    const schedule = () =>
      window.manager.database.refresh().then(() => {
        const run = ({ flowId }: { flowId: string }) => void window.runs.push(flowId);
        new window.vibesurf.Scheduler(window.manager.db, { run }).start();
      });
    await Promise.all(tabs.map((tab) => tab.run(schedule, undefined)));
    await tabs[0]?.page.waitForFunction(() => window.vibesurf.getSchedule(window.manager.db, { flowId: 'daily' })?.executionCount === 1);
    // Every tab has had its look by the time in which it has read the row as executed.
    for (const tab of tabs) {
      await tab.run(() => window.manager.database.refresh(), undefined);
      await tab.page.waitForFunction(() => window.vibesurf.dueSchedules(window.manager.db).length === 0);
    }
    const runs = await Promise.all(tabs.map((tab) => tab.run(() => window.runs, undefined)));
    expect(runs.flat()).toEqual(['daily']);
  });
});
