import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteSearch } from '../../src/seal/byte-search.js';

const few = fc.uint8Array({ minLength: 4, maxLength: 7, max: 2 });

it('a search finds each place of each needle, and no other', () => {
  fc.assert(
    fc.property(fc.array(few, { maxLength: 5 }), fc.uint8Array({ maxLength: 60, max: 2 }), (needles, bytes) => {
      const expected = [...bytes.keys()].filter((at) =>
        needles.some((needle) => needle.every((byte, index) => bytes[at + index] === byte)),
      );
      expect([...new ByteSearch(needles).find(bytes)]).toEqual(expected);
    }),
  );
});
