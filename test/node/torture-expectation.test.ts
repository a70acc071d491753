import { describe, expect, it } from 'vitest';
import { Expectation } from '../../torture/expectation.js';
import type { Found, Report } from '../../torture/protocol.js';

/** The id of the write that got this number in a session. */
const idOf = (n: number, session = 1) => session * 1_000_000 + n;

function kept(n: number, { session = 1, seq = n }: { session?: number; seq?: number } = {}): Report {
  return { is: 'kept', id: idOf(n, session), n, seq, isStrict: false };
}

/** What a page finds when the writes 1 to n of session 1 are there. */
function found(n: number, more: Partial<Found> = {}): Found {
  const ids = Array.from({ length: n }, (_, index) => [index + 1, idOf(index + 1)] as const);
  return { version: 1, n, ids, faults: [], restoredSeq: undefined, checkpointSeq: 0, ...more };
}

/** A second session begins, after a first one in which this was reported. */
function afterwards(...reports: Report[]): Expectation {
  const expectation = new Expectation();
  expectation.begin(1);
  for (const report of reports) expect(expectation.hear(report)).toEqual([]);
  expectation.begin(1);
  return expectation;
}

const kinds = (problems: readonly { kind: string }[]) => problems.map(({ kind }) => kind);

describe('what is found after a kill', () => {
  it('is right when it is what was acknowledged, or more', () => {
    expect(afterwards(kept(1), kept(2)).judge(found(2), 2)).toEqual({ problems: [], isWiped: false, notMirrored: 0, unacknowledged: 0 });
    expect(afterwards(kept(1), kept(2)).judge(found(4), 2)).toMatchObject({ problems: [], unacknowledged: 2 });
  });

  it('has lost a write that was acknowledged and is not there', () => {
    expect(kinds(afterwards(kept(1), kept(2), kept(3)).judge(found(2), 2).problems)).toEqual(['lost']);
  });

  it('has lost a write in whose place another one is', () => {
    const ids = [[1, idOf(1)] as const, [2, idOf(7)] as const];
    expect(kinds(afterwards(kept(1), kept(2)).judge(found(2, { ids }), 2).problems)).toEqual(['lost']);
  });

  it('has to be there the next time, acknowledged or not', () => {
    const expectation = afterwards(kept(1));
    expectation.judge(found(2), 2);
    expectation.begin(1);
    expect(kinds(expectation.judge(found(1), 3).problems)).toEqual(['lost']);
  });

  it('may not be a write that was rejected', () => {
    const rejected: Report = { is: 'rejected', id: idOf(2), name: 'TakenBack', isMeant: true };
    expect(kinds(afterwards(kept(1), rejected).judge(found(2), 2).problems)).toEqual(['revived']);
  });

  it('has the schema of before or of now', () => {
    expect(kinds(afterwards(kept(1)).judge(found(1, { version: 3 }), 2).problems)).toEqual(['schema']);
  });

  it('may have writes of another tab of the session', () => {
    const ids = [[1, idOf(1)] as const, [2, idOf(1, 2)] as const];
    expect(afterwards(kept(1)).judge(found(2, { ids }), 2)).toMatchObject({ problems: [], unacknowledged: 0 });
  });

  it('is a loss of everything when nothing is there', () => {
    expect(afterwards(kept(1)).judge(found(0), 2)).toMatchObject({ problems: [], isWiped: true });
    expect(afterwards().judge(found(0), 2)).toMatchObject({ problems: [], isWiped: false });
  });

  it('is right without what a mirror did not have yet, and wrong without what it had', () => {
    const reports = [kept(1), kept(2), kept(3)];
    expect(afterwards(...reports).judge(found(2, { restoredSeq: 2 }), 2)).toMatchObject({ problems: [], notMirrored: 1 });
    expect(kinds(afterwards(...reports).judge(found(1, { restoredSeq: 2 }), 2).problems)).toEqual(['lost']);
  });
});

it('two writes that were acknowledged with one number are a loss', () => {
  const expectation = afterwards(kept(1));
  expect(kinds(expectation.hear(kept(1, { session: 2 })))).toEqual(['lost']);
});

describe('a database that is brought back to an earlier write', () => {
  const reports: Report[] = [kept(1), kept(2), kept(3), { is: 'rewinding', to: 1 }];

  it('is either still there or back when the browser was killed meanwhile', () => {
    expect(afterwards(...reports).judge(found(3), 2).problems).toEqual([]);
    expect(afterwards(...reports).judge(found(1), 2).problems).toEqual([]);
    const ids = [[1, idOf(9)] as const];
    expect(kinds(afterwards(...reports).judge(found(1, { ids }), 2).problems)).toEqual(['lost']);
  });

  it('needs none of the later writes once it is back', () => {
    const again = [kept(2, { session: 1, seq: 9 })];
    expect(afterwards(...reports, { is: 'rewound' }, ...again).judge(found(2), 2).problems).toEqual([]);
    expect(kinds(afterwards(...reports, { is: 'rewound' }, ...again).judge(found(1), 2).problems)).toEqual(['lost']);
  });
});

describe('what is found after the end of a log was cut off', () => {
  it('is right with any number of the last writes missing, down to those that were in the log before the cut', () => {
    const expectation = afterwards(kept(1), kept(2), kept(3));
    expect(expectation.judgeCut(found(1), 0)).toEqual([]);
    expect(expectation.judgeCut(found(2), 2)).toEqual([]);
    expect(kinds(expectation.judgeCut(found(1), 2))).toEqual(['strict lost']);
  });

  it('is wrong when it is torn, or has a write in the place of another', () => {
    const expectation = afterwards(kept(1), kept(2));
    expect(kinds(expectation.judgeCut(found(1, { faults: [{ kind: 'torn', what: 'half a write' }] }), 0))).toEqual(['torn']);
    expect(kinds(expectation.judgeCut(found(1, { ids: [[1, idOf(2)]] }), 0))).toEqual(['lost']);
  });
});
