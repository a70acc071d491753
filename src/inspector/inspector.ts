import { type Database, type OpenOptions, openDatabase } from '../index.js';
import { openingPanel } from './opening-panel.js';
import { type Workbench, workbench } from './workbench.js';

/** The page, once the first attempt to open has ended, well or not. */
export interface Inspector {
  /** The database, once it is open. */
  readonly database: Database | undefined;
  /** Takes the page down and closes the database. */
  close(): Promise<void>;
}

/**
 * Opens a database and shows it in `container`: how opening gets on, then what is in it, or why it did not open and what
 * to do. Never throws: whatever fails is shown.
 */
export async function mountInspector(container: HTMLElement, options: OpenOptions): Promise<Inspector> {
  let database: Database | undefined;
  let shown: Workbench | undefined;
  const open = async (changed: Partial<OpenOptions>): Promise<void> => {
    const opening = openingPanel(options.name);
    container.replaceChildren(opening.node);
    try {
      database = await openDatabase({ ...options, ...changed, onProgress: opening.progress });
      shown = workbench(database);
      container.replaceChildren(shown.node);
    } catch (thrown) {
      await database?.close();
      opening.fail(thrown, (remedy) => void open(remedy));
    }
  };
  await open({});
  return {
    get database() {
      return database;
    },
    close: async () => {
      shown?.stop();
      container.replaceChildren();
      await database?.close();
    },
  };
}
