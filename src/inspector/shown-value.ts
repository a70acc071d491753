import type { SqlValue } from '../index.js';
import { type TextPart, textParts } from './visible-text.js';

/** A value as the page shows it. */
export interface ShownValue {
  readonly kind: 'null' | 'number' | 'text' | 'blob' | 'masked';
  readonly parts: readonly TextPart[];
  /** How much there is of a value that is shown in part, or of a blob. */
  readonly note: string | undefined;
}

/** Characters of a text, and bytes of a blob, that are shown at most. */
const MOST_CHARACTERS = 200;
const MOST_BYTES = 24;

const counted = new Intl.NumberFormat('en');

/** How a value is shown: a secret not at all, long ones in part. */
export function showValue(column: string, value: SqlValue): ShownValue {
  if (value === null) return plain('null', 'NULL');
  if (/^encrypted_/i.test(column)) return plain('masked', '••••••');
  if (typeof value === 'string') return showText(value);
  if (value instanceof Uint8Array) return showBlob(value);
  return plain('number', String(value));
}

function showText(text: string): ShownValue {
  if (text.length <= MOST_CHARACTERS) return { kind: 'text', parts: textParts(text), note: undefined };
  // Half of a surrogate pair at the cut would show as an escape that the text does not hold.
  const start = text.slice(0, MOST_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');
  return { kind: 'text', parts: textParts(start), note: `… ${counted.format(text.length)} characters` };
}

function showBlob(bytes: Uint8Array): ShownValue {
  const hex = Array.from(bytes.subarray(0, MOST_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const size = `${counted.format(bytes.length)} ${bytes.length === 1 ? 'byte' : 'bytes'}`;
  return { ...plain('blob', `x'${hex}'`), note: bytes.length > MOST_BYTES ? `… ${size}` : size };
}

function plain(kind: ShownValue['kind'], text: string): ShownValue {
  return { kind, parts: [{ text, isEscape: false }], note: undefined };
}
