import type { Backup, Database } from '../index.js';
import { ask } from './dialog.js';
import { offerDownload } from './download.js';
import { element, patchChildren } from './element.js';
import { errorNote } from './error-note.js';
import type { Panel } from './panel.js';
import { kilobytes, localTime } from './shown-measure.js';

/** What a backup was kept before. */
const REASONS: Readonly<Record<Backup['reason'], string>> = { migration: 'before a migration', restore: 'before a restore' };

/** The kept states of the database, newest first, and what can be done with them. */
export function backupsPanel(database: Database): Panel {
  const body = element('tbody');
  const heads = ['Version', 'Kept', 'Size', ''].map((text) => element('th', { scope: 'col' }, text));
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body);
  const scroller = element(
    'div',
    { class: 'scroller', tabindex: 0, role: 'region', 'aria-labelledby': 'backups-title', hidden: true },
    table,
  );
  const empty = element('p', { class: 'quiet' }, 'None yet: one is kept before each migration.');
  const said = element('div', { class: 'said', role: 'status' });
  const title = element('h2', { id: 'backups-title' }, 'Backups');
  let isReading = false;
  const read = async () => {
    // Commits in quick succession are one reading; the last of them is followed by another frame.
    if (isReading) return;
    isReading = true;
    try {
      const backups = await database.backups();
      patchChildren(body, backups.map(row));
      scroller.hidden = backups.length === 0;
      empty.hidden = backups.length > 0;
    } catch (thrown) {
      // The banner says so when the database itself is closed or failing.
      if (database.status.state === 'ready') said.replaceChildren(errorNote(thrown));
    } finally {
      isReading = false;
    }
  };
  const perform = async (work: () => Promise<string>) => {
    try {
      said.textContent = await work();
    } catch (thrown) {
      said.replaceChildren(errorNote(thrown));
    }
    await read();
  };
  const row = (backup: Backup): HTMLElement => {
    const { id, schemaVersion, createdAt, reason, bytes } = backup;
    const button = (label: string, work: () => Promise<string>, type = '') =>
      element('button', { type: 'button', class: type, 'data-key': `${label} ${id}`, click: () => void perform(work) }, label);
    return element(
      'tr',
      {},
      element('td', { class: 'number' }, String(schemaVersion)),
      element('td', {}, element('time', { datetime: createdAt }, localTime(createdAt)), `, ${REASONS[reason]}`),
      element('td', { class: 'number' }, kilobytes(bytes)),
      element(
        'td',
        {},
        element(
          'div',
          { class: 'buttons' },
          button('Restore …', () => restore(database, backup)),
          button('Save', async () => offerDownload(`${database.name}-${id}.sqlite`, await database.exportBackup(id))),
          button('Delete …', () => remove(database, backup), 'danger'),
        ),
      ),
    );
  };
  return { node: element('section', { 'aria-labelledby': 'backups-title' }, title, empty, scroller, said), update: () => void read() };
}

async function restore(database: Database, { id, schemaVersion, createdAt }: Backup): Promise<string> {
  const text = `The database becomes what it was ${localTime(createdAt)}, at version ${schemaVersion}, in every tab. The present state is kept as a backup.`;
  if (!(await ask({ title: 'Restore this backup?', body: [element('p', {}, text)], confirm: 'Restore' }))) return 'Nothing was restored.';
  await database.restore(id);
  const { steps } = await database.plan();
  return `Restored version ${schemaVersion}.${steps.length > 0 ? ' Reloading the page migrates it again.' : ''}`;
}

async function remove(database: Database, { id, createdAt }: Backup): Promise<string> {
  const text = `The state of ${localTime(createdAt)} cannot be restored afterwards.`;
  if (!(await ask({ title: 'Delete this backup?', body: [element('p', {}, text)], confirm: 'Delete' }))) return 'Nothing was deleted.';
  await database.deleteBackup(id);
  return 'The backup was deleted.';
}
