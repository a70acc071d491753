import type { MirrorStatus, Status } from './status.js';

export interface StatusTextOptions {
  /** How a time is shown, given in milliseconds since 1970; the time of day in the user's own form by default. */
  readonly time?: (ms: number) => string;
}

/**
 * How a database is, in English words that an app can show: what is saved, what is being saved, what fails and since when. It holds
 * no value of the database.
 */
export function describeStatus(status: Status, options: StatusTextOptions = {}): string {
  const time = options.time ?? ((ms: number) => new Date(ms).toLocaleTimeString());
  const sentences = [saving(status, time), losses(status), place(status)];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function saving({ state, error, since, unsaved, savedAt }: Status, time: (ms: number) => string): string {
  const why = error ? `: ${error.message}` : '.';
  if (state === 'closed') return `Closed since ${time(since)}${why}`;
  if (state === 'opening') return 'Opening.';
  if (state === 'migrating') return 'Being brought to the newest version.';
  if (state === 'failing') return `Changes cannot be saved since ${time(since)}${why}`;
  if (state === 'outdated') return 'Read-only: newer code has changed the database. Reload the page.';
  if (unsaved > 0) return `Saving ${counted(unsaved, 'change')}.`;
  return savedAt === undefined ? 'Everything is saved.' : `Everything is saved, last at ${time(savedAt)}.`;
}

function losses({ dataLoss, restored }: Status): string {
  if (dataLoss) return dataLoss.message;
  if (!restored) return '';
  const lost = restored.knownSeq - restored.seq;
  const what = lost > 0 ? `the last ${counted(lost, 'commit')} could not be` : 'nothing is known to be missing';
  return `The browser had lost the database; it was brought back from its copy, ${what}.`;
}

function place({ persistence, mirror, state }: Status): string {
  if (persistence === 'memory') return 'It is kept in memory only, and ends with this page.';
  return state === 'closed' || persistence === 'file' ? '' : copy(mirror);
}

function copy({ place, behind, error }: MirrorStatus): string {
  if (place === 'off') return '';
  if (place === 'none') return 'This browser has no place for a copy.';
  if (error) return `Its copy cannot be brought up to date: ${error.message}`;
  return behind ? `Its copy is ${counted(behind, 'commit')} behind.` : '';
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
