import { visibleText } from './visible-text.js';

/** A size in bytes, as a reader wants it. */
export function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024).toLocaleString('en')} KiB`;
}

/** A time in ISO 8601, in the reader's zone and manner; what is no time as it is. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? visibleText(iso) : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}
