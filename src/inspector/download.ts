import { element } from './element.js';
import { kilobytes } from './shown-measure.js';

/** Hands a SQLite file to the reader. @returns what to say of it. */
export function offerDownload(name: string, bytes: Uint8Array<ArrayBuffer>): string {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/vnd.sqlite3' }));
  element('a', { href: url, download: name }).click();
  // The download reads the URL after click() returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return `Exported ${name}, ${kilobytes(bytes.length)}.`;
}
