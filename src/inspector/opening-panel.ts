import {
  DataLossError,
  NewerSchemaError,
  type OpenOptions,
  type OpenProgress,
  StorageTimeoutError,
  StorageUnavailableError,
} from '../index.js';
import { element } from './element.js';
import { errorNote } from './error-note.js';

/** What the page shows until the database is open. */
export interface OpeningPanel {
  readonly node: HTMLElement;
  progress(progress: OpenProgress): void;
  /** Shows why it did not open; `reopen` tries again with other options. */
  fail(thrown: unknown, reopen: (options: Partial<OpenOptions>) => void): void;
}

interface Remedy {
  readonly label: string;
  readonly options: Partial<OpenOptions>;
}

export function openingPanel(name: string): OpeningPanel {
  const bar = element('progress', { 'aria-label': 'Progress of opening' });
  const label = element('p', { 'aria-live': 'polite' }, 'Opening …');
  const node = element('section', { class: 'opening' }, element('h1', {}, name), label, bar);
  return {
    node,
    progress: (progress) => {
      label.textContent = labelOf(progress);
      if (progress.phase !== 'migrating') return;
      bar.max = progress.total;
      bar.value = progress.index - 1 + Math.max(0, progress.statement - 1) / Math.max(1, progress.statements);
    },
    fail: (thrown, reopen) => {
      const buttons = remediesFor(thrown).map(({ label, options }) =>
        element('button', { type: 'button', click: () => reopen(options) }, label),
      );
      node.replaceChildren(
        element('h1', {}, `${name} did not open`),
        element('div', { role: 'alert' }, errorNote(thrown)),
        element('div', { class: 'buttons' }, ...buttons),
      );
    },
  };
}

function labelOf(progress: OpenProgress): string {
  if (progress.phase === 'migrating') {
    const { name, index, total, statement, statements, ms } = progress;
    const within = statements > 0 ? `, statement ${statement} of ${statements}` : '';
    return `Migrating: ${name} (${index} of ${total})${within}, ${(ms / 1000).toFixed(1)} s`;
  }
  return progress.phase === 'opening' ? 'Opening …' : 'Ready.';
}

function remediesFor(thrown: unknown): readonly Remedy[] {
  const again: Remedy = { label: 'Try again', options: {} };
  if (thrown instanceof DataLossError) return [{ label: 'Begin an empty database', options: { onDataLoss: 'restart' } }, again];
  if (thrown instanceof NewerSchemaError) return [{ label: 'Open for reading only', options: { onNewer: 'read-only' } }, again];
  if (thrown instanceof StorageUnavailableError || thrown instanceof StorageTimeoutError)
    return [again, { label: 'Go on in memory: nothing is kept', options: { persistence: 'memory-if-unavailable' } }];
  return [again];
}
