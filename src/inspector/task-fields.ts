import { element, patchChildren } from './element.js';
import { TASK_FIELDS, type TaskDraft, type TaskField } from './task.js';

/** What one types of a task. */
export interface TaskFields {
  readonly node: HTMLFieldSetElement;
  /** What the fields hold. A field may hold its text in another form: line ends become LF. */
  read(): TaskDraft;
  fill(draft: TaskDraft): void;
  /** Offers these statuses and profile names, and leaves alone what is typed. */
  offer(statuses: readonly string[], profileNames: readonly string[]): void;
  /** The status that a new task begins with; '' before any was offered. */
  firstStatus(): string;
  focus(): void;
}

/** What each field is called on the page. */
export const FIELD_LABELS: Readonly<Record<TaskField, string>> = {
  description: 'Description',
  status: 'Status',
  llmProfileName: 'LLM profile',
  sessionId: 'Session',
};

export function taskFields(): TaskFields {
  const profiles = element('datalist', { id: 'task-profiles' });
  const controls = {
    description: element('textarea', { id: 'task-description', rows: 3, required: true }),
    status: element('select', { id: 'task-status', required: true }),
    llmProfileName: element('input', { id: 'task-llm-profile', required: true, list: 'task-profiles', autocomplete: 'off' }),
    sessionId: element('input', { id: 'task-session', required: true, autocomplete: 'off', spellcheck: 'false' }),
  };
  const offerStatuses = (statuses: readonly string[]) =>
    patchChildren(
      controls.status,
      statuses.map((status) => element('option', { value: status }, status)),
    );
  return {
    node: element(
      'fieldset',
      {},
      ...TASK_FIELDS.map((field) =>
        element('div', { class: `field ${field}` }, element('label', { for: controls[field].id }, FIELD_LABELS[field]), controls[field]),
      ),
      profiles,
    ),
    read: () => ({
      description: controls.description.value,
      status: controls.status.value,
      llmProfileName: controls.llmProfileName.value,
      sessionId: controls.sessionId.value,
    }),
    fill: (draft) => {
      const offered = Array.from(controls.status.options, ({ value }) => value);
      // A table without a CHECK may hold any status: the one that is stored can be kept.
      if (!offered.includes(draft.status)) offerStatuses([...offered, draft.status]);
      for (const field of TASK_FIELDS) controls[field].value = draft[field];
    },
    offer: (statuses, profileNames) => {
      const { value } = controls.status;
      offerStatuses(value === '' || statuses.includes(value) ? statuses : [...statuses, value]);
      if (value !== '') controls.status.value = value;
      patchChildren(
        profiles,
        profileNames.map((name) => element('option', { value: name })),
      );
    },
    firstStatus: () => controls.status.options[0]?.value ?? '',
    focus: () => controls.description.focus(),
  };
}
