import type { Database } from '../index.js';
import { element, patchChildren } from './element.js';
import { errorNote } from './error-note.js';
import { type Notice, noticesOf } from './notice.js';

/** The notices of a database, above everything else. */
export interface Banner {
  readonly node: HTMLElement;
  /** Shows what the status calls for and, if the page failed to read, with what. */
  show(failure: unknown): void;
}

export function banner(database: Database): Banner {
  const node = element('div', { class: 'banner', role: 'alert' });
  const act: Readonly<Record<NonNullable<Notice['action']>, () => void>> = {
    reload: () => location.reload(),
    // Should it fail again, the status says so.
    retry: () => void database.refresh().catch(() => undefined),
  };
  return {
    node,
    show: (failure) => {
      const { status } = database;
      const notes = noticesOf(status).map((notice) => noticeNode(notice, act));
      // A closed database refuses to be read: that is no second failure.
      if (failure !== undefined && status.state !== 'closed')
        notes.push(errorNote(failure, 'A part of the page shows what was here before. Reload the page to read it anew.'));
      patchChildren(node, notes);
    },
  };
}

function noticeNode(
  { level, title, lines, action }: Notice,
  act: Readonly<Record<NonNullable<Notice['action']>, () => void>>,
): HTMLElement {
  const note = element('div', { class: `notice ${level}` }, element('strong', {}, title), ...lines.map((line) => element('p', {}, line)));
  if (action) {
    const label = action === 'reload' ? 'Reload the page' : 'Try now';
    note.append(element('button', { type: 'button', 'data-key': action, click: act[action] }, label));
  }
  return note;
}
