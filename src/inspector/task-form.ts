import { v4 as newUuid } from 'uuid';
import type { Database, SqlValue } from '../index.js';
import { ask } from './dialog.js';
import { element, patchChildren } from './element.js';
import { errorNote } from './error-note.js';
import type { Panel } from './panel.js';
import { addTask, changeTask, differingFields, readProfileNames, readTask, readTaskStatuses, type TaskDraft } from './task.js';
import { adviceFor } from './task-advice.js';
import { FIELD_LABELS, taskFields } from './task-fields.js';

/** Adds a task, or changes one. */
export interface TaskForm extends Panel {
  /** Loads a task to be changed; asks first if something is typed that is not saved. */
  edit(taskId: SqlValue): Promise<void>;
}

/** The task that is being changed. */
interface Edited {
  readonly id: SqlValue;
  /** As it was stored when it was loaded: tells whether somebody changed it since. */
  readonly stored: TaskDraft;
}

export function taskForm(database: Database): TaskForm {
  const fields = taskFields();
  const title = element('h2', { id: 'task-title' });
  const save = element('button', { type: 'submit', class: 'primary' });
  const cancel = element('button', { type: 'button', click: () => begin() }, 'Cancel');
  const said = element('p', { class: 'quiet', role: 'status' });
  const news = element('div', { 'aria-live': 'polite' });
  const failure = element('div', { role: 'alert' });
  const buttons = element('div', { class: 'buttons' }, save, cancel, said);
  const form = element('form', { submit: (event) => void submit(event) }, fields.node, news, failure, buttons);
  let blank: TaskDraft = { description: '', status: '', llmProfileName: '', sessionId: newUuid() };
  let edited: Edited | undefined;
  /** What the fields held before anything was typed: not always what was stored, since fields normalize line ends. */
  let untouched = blank;
  let isSaving = false;

  function load(draft: TaskDraft, task?: Edited): void {
    edited = task;
    fields.fill(draft);
    untouched = fields.read();
    for (const note of [failure, news, said]) note.replaceChildren();
    showMode();
  }

  function begin(): void {
    load({ ...blank, status: blank.status || fields.firstStatus() });
  }

  function showMode(): void {
    title.textContent = edited ? 'Edit task' : 'Add a task';
    save.textContent = edited ? 'Save changes' : 'Add task';
    cancel.hidden = !edited;
  }

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (isSaving) return;
    isSaving = true;
    const focused = document.activeElement;
    const draft = fields.read();
    // Typing while the write is on its way would be lost with the fields' next filling.
    fields.node.disabled = true;
    failure.replaceChildren();
    said.textContent = 'Saving …';
    try {
      const outcome = await store(draft);
      if (outcome === 'gone') keepAsNew();
      else begin();
      said.textContent = outcome === 'gone' ? '' : outcome;
    } catch (thrown) {
      said.textContent = '';
      failure.replaceChildren(errorNote(thrown, adviceFor(thrown)));
    } finally {
      isSaving = false;
      fields.node.disabled = false;
      if (focused instanceof HTMLElement && form.contains(focused)) focused.focus();
    }
  }

  async function store(draft: TaskDraft): Promise<string> {
    if (edited) return (await changeTask(database, edited.id, draft, differingFields(untouched, draft))) ? 'Task saved.' : 'gone';
    await addTask(database, draft);
    // The next task mostly has the same profile and session.
    blank = { ...draft, description: '', status: '' };
    return 'Task added.';
  }

  function showNews(): void {
    if (!edited || isSaving) return;
    const now = readTask(database, edited.id);
    if (!now) {
      keepAsNew();
      return;
    }
    const names = differingFields(edited.stored, now).map((field) => FIELD_LABELS[field].toLowerCase());
    patchChildren(news, names.length > 0 ? [changedNote(names, reload)] : []);
  }

  function reload(): void {
    const now = edited && readTask(database, edited.id);
    if (edited && now) load(now, { id: edited.id, stored: now });
    fields.focus();
  }

  /** The task is gone: the form keeps its text and becomes one for a new task. */
  function keepAsNew(): void {
    edited = undefined;
    showMode();
    patchChildren(news, [goneNote()]);
  }

  return {
    node: element('section', { 'aria-labelledby': 'task-title' }, title, form),
    update: () => {
      const isFirst = fields.firstStatus() === '';
      fields.offer(readTaskStatuses(database), readProfileNames(database));
      if (isFirst) begin();
      showNews();
    },
    edit: async (taskId) => {
      const isTyped = differingFields(untouched, fields.read()).length > 0;
      if (isTyped && !(await ask({ title: 'Discard what you typed?', body: [], confirm: 'Discard' }))) return;
      const stored = readTask(database, taskId);
      if (stored) load(stored, { id: taskId, stored });
      form.scrollIntoView({ block: 'nearest' });
      fields.focus();
    },
  };
}

function changedNote(names: readonly string[], reload: () => void): HTMLElement {
  const text = `This task was changed elsewhere meanwhile (${names.join(', ')}). What you typed is untouched: saving replaces only the fields that you changed.`;
  const button = element('button', { type: 'button', 'data-key': 'reload', click: reload }, 'Load what is stored');
  return element('div', { class: 'notice warning' }, element('p', {}, text), button);
}

function goneNote(): HTMLElement {
  const text = 'This task was deleted elsewhere meanwhile. What you typed is still here: “Add task” keeps it as a new one.';
  return element('div', { class: 'notice warning' }, element('p', {}, text));
}
