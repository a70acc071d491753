import { describe, expect, it } from 'vitest';
import type { SqlValue } from '../../src/index.js';
import { showValue } from '../../src/inspector/shown-value.js';
import { visibleText } from '../../src/inspector/visible-text.js';

function textOf(value: SqlValue, column = 'title'): string {
  return showValue(column, value)
    .parts.map(({ text }) => text)
    .join('');
}

describe('a value', () => {
  it('that is NULL differs from the text NULL', () => {
    expect(showValue('title', null).kind).toBe('null');
    expect(showValue('title', 'NULL').kind).toBe('text');
  });

  it('that is a number shows all its digits', () => {
    expect(textOf(9_223_372_036_854_775_807n)).toBe('9223372036854775807');
    expect(textOf(-1.5)).toBe('-1.5');
  });

  it('that is a blob shows its bytes in hexadecimal and its length', () => {
    expect(showValue('data', new Uint8Array([0, 255, 16]))).toMatchObject({ kind: 'blob', note: '3 bytes' });
    expect(textOf(new Uint8Array([0, 255, 16]))).toBe("x'00ff10'");
    expect(showValue('data', new Uint8Array(1)).note).toBe('1 byte');
    expect(showValue('data', new Uint8Array()).note).toBe('0 bytes');
  });

  it('that is a big blob shows its first bytes only', () => {
    expect(textOf(new Uint8Array(5000))).toBe(`x'${'00'.repeat(24)}'`);
    expect(showValue('data', new Uint8Array(5000)).note).toBe('… 5,000 bytes');
  });

  it('that is a long text shows its beginning and how long it is', () => {
    expect(textOf('a'.repeat(200))).toBe('a'.repeat(200));
    expect(showValue('title', 'a'.repeat(200)).note).toBeUndefined();
    expect(textOf('a'.repeat(12_345))).toBe('a'.repeat(200));
    expect(showValue('title', 'a'.repeat(12_345)).note).toBe('… 12,345 characters');
  });

  it('is never cut within a character', () => {
    expect(textOf(`${'a'.repeat(199)}😀${'b'.repeat(50)}`)).toBe('a'.repeat(199));
  });

  it.each<SqlValue>(['secret', new Uint8Array([1]), 7, ''])('of an encrypted column is hidden, its length too: %s', (value) => {
    for (const column of ['encrypted_api_key', 'ENCRYPTED_value']) {
      expect(showValue(column, value)).toEqual({ kind: 'masked', parts: [{ text: '••••••', isEscape: false }], note: undefined });
    }
  });

  it('of an encrypted column shows whether it is there at all', () => {
    expect(showValue('encrypted_api_key', null).kind).toBe('null');
  });
});

describe('a character that would not be seen', () => {
  it.each([
    ['\0', '\\0'],
    ['\t', '\\t'],
    ['\n', '\\n'],
    ['\r', '\\r'],
    ['\u001b', '\\u{1B}'],
    ['\u0085', '\\u{85}'],
    ['\u00ad', '\\u{AD}'],
    ['\u200b', '\\u{200B}'],
    ['\u202e', '\\u{202E}'],
    ['\u2028', '\\u{2028}'],
    ['\u2066', '\\u{2066}'],
    ['\ufeff', '\\u{FEFF}'],
    ['\ud800', '\\u{D800}'],
    ['\u{e0041}', '\\u{E0041}'],
  ])('is written out: %j', (character, written) => {
    expect(showValue('title', `a${character}b`).parts).toEqual([
      { text: 'a', isEscape: false },
      { text: written, isEscape: true },
      { text: 'b', isEscape: false },
    ]);
  });

  it('can be told from the same escape in the text', () => {
    expect(showValue('title', '\\n').parts).toEqual([{ text: '\\n', isEscape: false }]);
  });

  it('leaves letters of every script and emoji alone', () => {
    const text = 'añ דוגמה 例 😀 "\'<b>';
    expect(visibleText(text)).toBe(text);
  });
});
