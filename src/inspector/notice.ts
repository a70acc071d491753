import { DataLossError, type Status } from '../index.js';
import { visibleText } from './visible-text.js';

/** Something that whoever looks at the page has to know of the database. */
export interface Notice {
  readonly level: 'error' | 'warning';
  readonly title: string;
  /** What it says, a paragraph each. */
  readonly lines: readonly string[];
  readonly action: 'reload' | 'retry' | undefined;
}

/** The notices that a status calls for; none while all is well. */
export function noticesOf(status: Status): Notice[] {
  const notices: Notice[] = [];
  const why = status.error ? [`${status.error.name}: ${visibleText(status.error.message)}`] : [];
  if (status.state === 'failing') {
    const lines = [...why, 'What you see may be older than what other tabs see. It is tried again with the next write.'];
    notices.push({ level: 'error', title: 'The storage is failing', lines, action: 'retry' });
  }
  if (status.state === 'outdated')
    notices.push({ level: 'warning', title: 'Read-only: this page is older than the database', lines: why, action: 'reload' });
  if (status.state === 'closed') {
    const lines = [...why, 'What you see is what was here last; it does not change any more.'];
    notices.push({ level: 'error', title: 'The database is closed', lines, action: 'reload' });
  }
  if (status.restored) {
    const { seq, knownSeq } = status.restored;
    const lost = knownSeq > seq ? `${knownSeq - seq} of its last commits are lost.` : 'Nothing is known to be missing.';
    const lines = [`The browser had lost it. It was brought back from its copy, up to commit ${seq}. ${lost}`];
    notices.push({ level: 'warning', title: 'The database was brought back', lines, action: undefined });
  }
  if (status.dataLoss instanceof DataLossError && status.dataLoss.foundSeq !== undefined)
    notices.push({
      level: 'warning',
      title: 'The last commits are gone',
      lines: [visibleText(status.dataLoss.message)],
      action: undefined,
    });
  else if (status.dataLoss) {
    const lines = ['The browser or somebody cleared its storage. This one was begun anew: import a backup if you have one.'];
    notices.push({ level: 'warning', title: 'The earlier database is gone', lines, action: undefined });
  }
  if (status.persistence === 'memory')
    notices.push({
      level: 'warning',
      title: 'Kept in memory only',
      lines: ['It ends with this page: export what you want to keep.'],
      action: undefined,
    });
  return notices;
}
