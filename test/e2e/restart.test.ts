import { expect, it } from 'vitest';
import { newProfile } from './profile.js';
import { Tab } from './tab.js';

const READ_TASK = 'SELECT task_id, task_description, status FROM tasks';

it('a task that was added is there after a reload and after a restart of the browser', async () => {
  const profile = await newProfile();
  const tab = await Tab.open(await profile.launch());
  await tab.openDatabase('restart', 'vibesurf');
  await tab.run(
    (sql) => window.db.run(sql),
    "INSERT INTO tasks (task_id, session_id, task_description, llm_profile_name) VALUES ('t1', 's1', 'read the news', 'main')",
  );
  const task = [['t1', 'read the news', 'pending']];

  await tab.reload();
  await tab.openDatabase('restart', 'vibesurf');
  expect(await tab.values(READ_TASK)).toEqual(task);

  await profile.close();
  const later = await Tab.open(await profile.launch());
  await later.openDatabase('restart', 'vibesurf');
  expect(await later.values(READ_TASK)).toEqual(task);
});
