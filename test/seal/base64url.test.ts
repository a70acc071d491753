import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromBase64Url, fromPaddedBase64Url, toBase64Url, toPaddedBase64Url } from '../../src/seal/base64url.js';

it('bytes come back from either form, and from no other spelling of it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
      const padded = toPaddedBase64Url(bytes);
      expect(padded.length % 4).toBe(0);
      expect(fromPaddedBase64Url(padded)).toEqual(bytes);
      if (padded.endsWith('=')) {
        expect(fromBase64Url(padded)).toBeUndefined();
        expect(fromPaddedBase64Url(padded.slice(0, -1))).toBeUndefined();
      }
      expect(fromPaddedBase64Url(`${padded}=`)).toBeUndefined();
    }),
  );
});

it('text with other characters, bits left over, or characters after the padding is no base64url', () => {
  for (const text of ['A', 'AB', 'A+', 'A/', 'AA A', 'AAA\n', 'é', 'AA==AA', 'AAAAA']) {
    expect(fromBase64Url(text)).toBeUndefined();
  }
  expect(fromPaddedBase64Url('AA==AA==')).toBeUndefined();
  expect(fromBase64Url('AA')).toEqual(new Uint8Array(1));
});
