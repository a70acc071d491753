import { ByteSearch } from './byte-search.js';
import { SealedValue } from './sealed-value.js';

/** Characters: of base64, no other text has the same ones by chance. */
const WINDOW = 16;
/** In a keyring too, where the names of fields are shorter. */
const TELLTALE_OF_KEYS = new RegExp(`[\\w-]{${WINDOW},}`, 'g');

/** What a text begins with, and how it goes on if it is what it seems to be. */
interface Mark {
  readonly start: string;
  readonly whole: RegExp;
}

export const SEALED_MARK: Mark = { start: 'sealed1:', whole: /sealed1:[0-9a-z-]{1,64}:[\w-]{16}:/ };
export const KEYS_MARK: Mark = { start: '"wrapByProtector"', whole: /"wrapByProtector":\{"[0-9a-f]{32}":/ };
/** More characters than either has up to its end. */
const LONGEST_MARK = 96;

/** Whether a text has something of a kind in it. */
export function hasMark({ whole }: Mark, text: string): boolean {
  return whole.test(text);
}

/** What was in a file before it was cleaned. */
export interface Dropped {
  /** What the columns of secrets held. */
  readonly values: readonly string[];
  /** The texts of the table of the vault. */
  readonly keyrings: readonly string[];
}

/**
 * Whether the bytes of a SQLite file hold any sealed value, the keys of any vault, or a part of what was dropped, wherever it is: in a cell,
 * an overflow page or a page that is free.
 */
export function holdsRemains(file: Uint8Array, { values, keyrings }: Dropped): boolean {
  const encodings = [utf8, utf16le, utf16be];
  const telltales = [...values.flatMap(telltalesOf), ...keyrings.flatMap(telltalesOfKeys)];
  const needles = telltales.flatMap((text) => encodings.map((encode) => encode(text)));
  if (!new ByteSearch(needles).find(file).next().done) return true;
  return [SEALED_MARK, KEYS_MARK].some((mark) => encodings.some((encode) => holdsMark(file, mark, encode)));
}

function holdsMark(file: Uint8Array, mark: Mark, encode: (text: string) => Uint8Array): boolean {
  const bytes = encode(mark.start);
  const width = bytes.length / mark.start.length;
  for (const at of new ByteSearch([bytes]).find(file)) {
    const start = file.subarray(at, at + LONGEST_MARK * width).filter((byte) => byte !== 0);
    if (hasMark(mark, String.fromCharCode(...start))) return true;
  }
  return false;
}

/**
 * Texts, one of which is in whatever is left of a value. A piece of a sealed one is telling wherever it is cut out; a secret of other
 * making may be like a text that is nobody's secret, and counts as a whole.
 */
function telltalesOf(text: string): string[] {
  const parts = SealedValue.partsOf(SealedValue.fromText(text));
  if (!parts) return text.length < WINDOW ? [] : [text];
  return windowsOf(parts.ciphertext);
}

/** Pieces of the ids, salts and ciphertexts in the text of a keyring, whole or damaged. */
function telltalesOfKeys(text: string): string[] {
  return (text.match(TELLTALE_OF_KEYS) ?? []).flatMap(windowsOf);
}

function windowsOf(text: string): string[] {
  const windows: string[] = [];
  for (let at = 0; at + WINDOW <= text.length; at += WINDOW) windows.push(text.slice(at, at + WINDOW));
  return windows;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf16le(text: string): Uint8Array {
  return utf16(text, true);
}

function utf16be(text: string): Uint8Array {
  return utf16(text, false);
}

function utf16(text: string, isLittleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), isLittleEndian);
  return new Uint8Array(view.buffer);
}
