import { describe, expect, it } from 'vitest';
import { DataLossError, type Status } from '../../src/index.js';
import { noticesOf } from '../../src/inspector/notice.js';

const ready: Status = {
  state: 'ready',
  persistence: 'indexeddb',
  isPersistent: true,
  error: undefined,
  dataLoss: undefined,
  restored: undefined,
  seq: 0,
  unsaved: 0,
  savedAt: undefined,
  mirror: { place: 'none', seq: undefined, behind: undefined, error: undefined },
  since: 0,
};

describe('the notices', () => {
  it('are none while all is well', () => {
    expect(noticesOf(ready)).toEqual([]);
  });

  it.each([
    ['failing', 'The storage is failing', 'retry'],
    ['outdated', 'Read-only: this page is older than the database', 'reload'],
    ['closed', 'The database is closed', 'reload'],
  ] as const)('say that the database is %s, and why', (state, title, action) => {
    const notices = noticesOf({ ...ready, state, error: new RangeError('the reason') });
    expect(notices).toMatchObject([{ title, action }]);
    expect(notices[0]?.lines[0]).toBe('RangeError: the reason');
  });

  it('say that an earlier database is gone, and that memory ends with the page', () => {
    const titles = noticesOf({ ...ready, persistence: 'memory', dataLoss: new DataLossError('x', { seq: 3 }) }).map(({ title }) => title);
    expect(titles).toEqual(['The earlier database is gone', 'Kept in memory only']);
  });

  it('say that a lost database was brought back, and what of it could not be', () => {
    const restored = { from: 'mirror', seq: 40, knownSeq: 43 } as const;
    expect(noticesOf({ ...ready, restored })).toMatchObject([
      { title: 'The database was brought back', lines: [expect.stringContaining('3 of its last commits are lost')] },
    ]);
    const dataLoss = new DataLossError('x', { seq: 3, foundSeq: 2 });
    expect(noticesOf({ ...ready, dataLoss })).toMatchObject([{ title: 'The last commits are gone' }]);
  });
});
