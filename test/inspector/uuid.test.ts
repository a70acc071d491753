import { describe, expect, it } from 'vitest';
import { newUuid } from '../../src/inspector/uuid.js';

describe('a UUID', () => {
  it('is made where the page is no secure context', () => {
    expect(newUuid({ getRandomValues: (bytes) => bytes.fill(0xff) })).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
    expect(newUuid({ getRandomValues: (bytes) => bytes.fill(0) })).toBe('00000000-0000-4000-8000-000000000000');
  });

  it('differs from the one before', () => {
    const ids = new Set(Array.from({ length: 100 }, () => newUuid()));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
