import { afterEach } from 'vitest';
import { type Database, memoryStorage, type OpenOptions, openDatabase, type Storage } from '../../src/index.js';
import { mountInspector } from '../../src/inspector/inspector.js';
import { vibesurfChain } from '../database/open-test-database.js';

const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

/** The page over a storage, as it is in a tab. */
export interface InspectedPage {
  readonly container: HTMLElement;
  readonly database: Database | undefined;
  /** The first element that matches. */
  find<Found extends HTMLElement = HTMLElement>(selector: string): Found;
  /** The button of that text. */
  button(label: string): HTMLButtonElement;
  /** All that the page says. */
  readonly text: string;
}

/** Mounts the page; it is taken down after the test. */
export async function openPage(storage: Storage = memoryStorage(), options: Partial<OpenOptions> = {}): Promise<InspectedPage> {
  const container = document.createElement('div');
  document.body.append(container);
  const inspector = await mountInspector(container, { name: storage.name, storage, migrations: vibesurfChain, ...options });
  closings.push(async () => {
    await inspector.close();
    container.remove();
  });
  const find = <Found extends HTMLElement>(selector: string): Found => {
    const found = container.querySelector<Found>(selector);
    if (!found) throw new Error(`nothing matches ${selector} in: ${container.textContent}`);
    return found;
  };
  return {
    container,
    database: inspector.database,
    find,
    button: (label) => {
      const button = Array.from(container.querySelectorAll('button')).find(({ textContent }) => textContent === label);
      if (!button) throw new Error(`no button "${label}" in: ${container.textContent}`);
      return button;
    },
    get text() {
      return container.textContent ?? '';
    },
  };
}

/** Another tab over the same storage. */
export async function openOtherTab(storage: Storage): Promise<Database> {
  const database = await openDatabase({ name: storage.name, storage, migrations: vibesurfChain });
  closings.push(() => database.close());
  return database;
}

export const INSERT_TASK =
  'INSERT INTO tasks (task_id, session_id, task_description, status, llm_profile_name) VALUES (:id, :session, :description, :status, :profile)';

export const aTask: Readonly<Record<string, string>> = {
  id: 't1',
  session: 's1',
  description: 'read the news',
  status: 'running',
  profile: 'main',
};
