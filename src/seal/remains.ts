import { ByteSearch } from './byte-search.js';
import { SealedValue } from './sealed-value.js';

/** Characters: of base64, no other text has the same ones by chance. */
const WINDOW = 16;
const MARKER = 'sealed1:';
const SEALED = /sealed1:[0-9a-z-]{1,64}:[\w-]{16}:/;
/** More characters than a sealed text has before its ciphertext. */
const LONGEST_START = 96;

/** Whether a text has a sealed value in it. */
export function hasSealed(text: string): boolean {
  return SEALED.test(text);
}

/**
 * Whether the bytes of a SQLite file hold any sealed value, or a part of one of these texts, wherever it is: in a cell, an overflow page or
 * a page that is free.
 */
export function holdsRemains(file: Uint8Array, texts: Iterable<string>): boolean {
  const encodings = [utf8, utf16le, utf16be];
  const needles = [...texts].flatMap(telltalesOf).flatMap((text) => encodings.map((encode) => encode(text)));
  if (!new ByteSearch(needles).find(file).next().done) return true;
  return encodings.some((encode) => {
    const marker = encode(MARKER);
    const width = marker.length / MARKER.length;
    for (const at of new ByteSearch([marker]).find(file)) {
      const start = file.subarray(at, at + LONGEST_START * width).filter((byte) => byte !== 0);
      if (hasSealed(String.fromCharCode(...start))) return true;
    }
    return false;
  });
}

/**
 * Texts, one of which is in whatever is left of a value. A piece of a sealed one is telling wherever it is cut out; a secret of other
 * making may be like a text that is nobody's secret, and counts as a whole.
 */
function telltalesOf(text: string): string[] {
  const parts = SealedValue.partsOf(SealedValue.fromText(text));
  if (!parts) return text.length < WINDOW ? [] : [text];
  const windows: string[] = [];
  for (let at = 0; at + WINDOW <= parts.ciphertext.length; at += WINDOW) windows.push(parts.ciphertext.slice(at, at + WINDOW));
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
