import { element } from './element.js';

export interface Question {
  readonly title: string;
  readonly body: readonly Node[];
  /** The words on the button that says yes. */
  readonly confirm: string;
}

/** Asks in a modal dialog. @returns whether the answer was yes; Escape and Cancel are no. */
export function ask({ title, body, confirm }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const close = (answer: string) => () => dialog.close(answer);
    const dialog = element(
      'dialog',
      { 'aria-labelledby': 'dialog-title' },
      element('h2', { id: 'dialog-title' }, title),
      ...body,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'button', autofocus: true, click: close('no') }, 'Cancel'),
        element('button', { type: 'button', class: 'danger', click: close('yes') }, confirm),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
