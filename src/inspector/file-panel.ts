import { type Database, ImportError, type ImportOptions } from '../index.js';
import { ask } from './dialog.js';
import { offerDownload } from './download.js';
import { element } from './element.js';
import { errorNote } from './error-note.js';
import { foreignQuestion, importQuestion } from './import-question.js';
import type { Panel } from './panel.js';
import { kilobytes } from './shown-measure.js';
import { visibleText } from './visible-text.js';

const NOTHING = 'Nothing was imported.';

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The database as a file: out, in, and without its free pages. */
export function filePanel(database: Database): Panel {
  const said = element('div', { class: 'said', role: 'status' });
  let isBusy = false;
  /** Shows what is being done, and what came of it; one thing at a time. */
  const perform = async (doing: string, work: () => Promise<string>) => {
    if (isBusy) return;
    isBusy = true;
    said.textContent = `${doing} …`;
    try {
      said.textContent = await work();
    } catch (thrown) {
      said.replaceChildren(errorNote(thrown));
    } finally {
      isBusy = false;
    }
  };
  const input = element('input', { type: 'file', hidden: true, 'aria-label': 'File to import', change: () => choose() });
  const choose = () => {
    const [file] = input.files ?? [];
    if (file) void perform('Importing', () => replaceBy(database, file));
    // Choosing the same file again is a change only when nothing is chosen.
    input.value = '';
  };
  const button = (label: string, click: () => void) => element('button', { type: 'button', click }, label);
  const node = element(
    'div',
    { class: 'files' },
    element(
      'div',
      { class: 'buttons' },
      button('Export', () => void perform('Exporting', () => download(database))),
      button('Import …', () => input.click()),
      button('Vacuum', () => void perform('Vacuuming', () => vacuum(database))),
      input,
    ),
    said,
  );
  return { node, update: () => undefined };
}

async function download(database: Database): Promise<string> {
  return offerDownload(`${database.name}.sqlite`, await database.export());
}

async function replaceBy(database: Database, file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { question, options } = importQuestion(database, file.name, bytes);
  if (!(await ask(question))) return NOTHING;
  return importFile(database, { name: file.name, bytes }, options());
}

async function importFile(database: Database, file: NamedBytes, options: ImportOptions): Promise<string> {
  try {
    await database.import(file.bytes, options);
  } catch (thrown) {
    const isForeign = thrown instanceof ImportError && thrown.code === 'IMPORT_FOREIGN';
    // What could not be dropped is not asked about again.
    if (!isForeign || options.foreignObjects) throw thrown;
    if (!(await ask(foreignQuestion(file.name, thrown.foreign)))) return NOTHING;
    return importFile(database, file, { ...options, foreignObjects: 'drop' });
  }
  return `Imported ${visibleText(file.name)}, ${kilobytes(file.bytes.length)}.`;
}

async function vacuum(database: Database): Promise<string> {
  const before = sizeOf(database);
  await database.vacuum();
  return `Vacuumed: ${kilobytes(before)} before, ${kilobytes(sizeOf(database))} now.`;
}

function sizeOf(database: Database): number {
  const [pageCount, pageSize] = ['page_count', 'page_size'].map((name) => Number(database.values(`PRAGMA ${name}`)[0]?.[0]));
  return (pageCount ?? 0) * (pageSize ?? 0);
}
